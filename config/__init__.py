"""
What a process is given by its surroundings: settings, logs, the clock, sockets.

Only `__main__` and `app` modules import from here; the cores take small policies.
"""
