"""The circuit breaker, and what asks it or probes for it."""
