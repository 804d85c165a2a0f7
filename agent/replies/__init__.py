"""What is said, in each language (pure)."""
