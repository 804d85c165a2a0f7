"""`python -m agent verify`: the final validation after a recovery."""
