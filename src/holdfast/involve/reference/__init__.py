"""The reference (Polis) maths, re-made from the published idea: for comparison, and to read its published files."""

from holdfast.involve.reference.clusters import Grouping, grouped, silhouette
from holdfast.involve.reference.conversation import Reference, reference
from holdfast.involve.reference.people import in_conversation
from holdfast.involve.reference.selecting import Pick, consensus, representative
from holdfast.involve.reference.space import Space, place, space
from holdfast.involve.reference.statistics import GroupStatistics, group_consensus, group_statistics, priority

__all__ = [
    "GroupStatistics",
    "Grouping",
    "Pick",
    "Reference",
    "Space",
    "consensus",
    "group_consensus",
    "group_statistics",
    "grouped",
    "in_conversation",
    "place",
    "priority",
    "reference",
    "representative",
    "silhouette",
    "space",
]
