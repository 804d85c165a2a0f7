"""Builds both images without a registry, runs them, and says what is true of them."""
