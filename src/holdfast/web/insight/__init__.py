"""Insight: what people's words say, in themes that people coded and a machine learned; and why now."""
