"""The resilience sidecar: a reverse proxy between a hotel's tools and its PMS."""
