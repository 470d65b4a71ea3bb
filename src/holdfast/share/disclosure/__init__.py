"""Disclosure control, applied at the boundary and never optional."""

from holdfast.share.disclosure.ledger import record
from holdfast.share.disclosure.margins import protect_table
from holdfast.share.disclosure.profiles import DEFAULT, Profile, profile, profiles
from holdfast.share.disclosure.release import planned, primary_measures, release
from holdfast.share.disclosure.released import NOT_SHOWN, Released, require_released

__all__ = [
    "DEFAULT",
    "NOT_SHOWN",
    "Profile",
    "Released",
    "planned",
    "primary_measures",
    "profile",
    "profiles",
    "protect_table",
    "record",
    "release",
    "require_released",
]
