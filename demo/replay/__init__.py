"""A day of guests against a PMS that fails: no proxy, a proxy, one with a calendar."""
