"""What the team is told of an outage, on webhooks, beside the requests."""
