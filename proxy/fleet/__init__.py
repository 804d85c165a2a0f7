"""Several proxies with one Redis."""
