"""
Pure. The words by which a guest's wish is known, in three languages.

Each is sought in a text that is folded and mended. `intents` says in which order.
"""
