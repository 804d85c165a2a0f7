"""`python -m agent chat`: the dialogue in a terminal."""
