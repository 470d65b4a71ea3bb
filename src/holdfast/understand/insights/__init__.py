"""Insights: what is said, by whom, where and when; what is rising and falling; in whose words."""

from holdfast.understand.insights.counts import Cell, counts
from holdfast.understand.insights.mentions import Mention, mentions
from holdfast.understand.insights.moving import Movement, moving
from holdfast.understand.insights.passages import Passage, passages

__all__ = ["Cell", "Mention", "Movement", "Passage", "counts", "mentions", "moving", "passages"]
