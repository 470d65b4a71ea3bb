"""Evaluate: can it be answered → design → estimate → check → for whom → gap."""
