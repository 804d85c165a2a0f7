"""
All that is QloApps' own, so that another PMS would be one more such package.

Request classes, keys, what is a failure, error bodies, the probe; from API.md's
recordings of QloApps 1.6.1. `adapter.QloApps` is what the rest of the proxy sees.
"""
