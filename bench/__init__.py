"""What the proxy costs, measured beside the stand-in called directly, in one run."""
