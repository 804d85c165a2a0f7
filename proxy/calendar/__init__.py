"""The nights of hotels, and the answers that they make up."""
