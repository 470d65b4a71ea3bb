"""Api: the programming interface."""
