"""A page on which a hotelier breaks the PMS and watches what guests see."""
