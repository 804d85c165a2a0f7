"""Pure. Understands what a guest writes, in Spanish, Portuguese and English."""
