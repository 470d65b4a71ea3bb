"""Scraps: survey exports, learning logs, documents and pasted notes to candidate changes, each with its source."""

from holdfast.understand.scraps.guards import CannotRead, Limits
from holdfast.understand.scraps.reading import read_pasted, read_scraps
from holdfast.understand.scraps.records import Passage, Scrap, Scraps, Source, Unread
from holdfast.understand.scraps.tables import Column, preview

__all__ = [
    "CannotRead",
    "Column",
    "Limits",
    "Passage",
    "Scrap",
    "Scraps",
    "Source",
    "Unread",
    "preview",
    "read_pasted",
    "read_scraps",
]
