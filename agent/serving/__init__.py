"""Who serves guests: a turn played to its end, by one worker at a time."""
