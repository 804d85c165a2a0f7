"""Writes: sent once, one booking of a hotel at a time, and followed up."""
