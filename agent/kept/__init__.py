"""What is kept of guests: the record's rules, and where it stands."""
