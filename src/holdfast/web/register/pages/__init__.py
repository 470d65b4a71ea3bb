"""The room's pages: one short function each."""
