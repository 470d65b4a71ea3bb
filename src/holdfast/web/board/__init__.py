"""Board: cells, decisions and follow-ups."""
