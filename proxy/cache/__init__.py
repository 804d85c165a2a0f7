"""Copies of answers: how old they are, where they are kept, who refreshes them."""
