"""What a guest hears and what is done: the state machine (pure)."""
