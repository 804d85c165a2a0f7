"""The hotel's PMS through the proxy: rooms found, bookings made."""
