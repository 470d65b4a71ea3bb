"""Redact: what could point to a person taken out of free text before anybody else reads it."""

from holdfast.understand.redact.nhs_numbers import find_nhs_numbers
from holdfast.understand.redact.redacting import KINDS, Redacted, find, redact
from holdfast.understand.redact.spans import Found

__all__ = ["KINDS", "Found", "Redacted", "find", "find_nhs_numbers", "redact"]
