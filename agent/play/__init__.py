"""`python -m agent play`: written dialogues against a house in memory."""
