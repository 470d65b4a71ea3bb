"""Alike: copies of one text, and the same change told in other words. Two questions with two scores."""

from holdfast.understand.alike.calibration import Curve
from holdfast.understand.alike.copies import copies
from holdfast.understand.alike.index import Index
from holdfast.understand.alike.lexicon import Lexicon, lexicon_from, shipped_lexicon
from holdfast.understand.alike.merging import Groups, MergeEvent, merge, replay, unmerge
from holdfast.understand.alike.records import Candidate, Copies, Others, Pair, Record, Skill
from holdfast.understand.alike.saving import NotThisIndex, load, save
from holdfast.understand.alike.vectors import Embed

__all__ = [
    "Candidate",
    "Copies",
    "Curve",
    "Embed",
    "Groups",
    "Index",
    "Lexicon",
    "MergeEvent",
    "NotThisIndex",
    "Others",
    "Pair",
    "Record",
    "Skill",
    "copies",
    "lexicon_from",
    "load",
    "merge",
    "replay",
    "save",
    "shipped_lexicon",
    "unmerge",
]
