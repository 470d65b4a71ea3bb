"""Identifiers with a shape of their own: addresses, telephone, postcode, dates of birth and record numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from holdfast.understand.redact.lists import words
from holdfast.understand.redact.nhs_numbers import find_nhs_numbers, ten_digits
from holdfast.understand.redact.spans import Found

_AREA: Final = "|".join(sorted(words("postcode areas"), key=len, reverse=True))
_OUTWARD: Final = rf"(?:{_AREA})[0-9][0-9A-HJKMNPRSTUVWXY]?"
_I: Final = re.IGNORECASE
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_SEP: Final = r"\s?[/.\-–]\s?"
_ANY_DATE: Final = (
    rf"(?:{_DAY}{_SEP}(?:0?[1-9]|1[0-2]){_SEP}(?:\d{{4}}|\d\d)|\d{{4}}-\d\d-\d\d"
    rf"|{_DAY}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH},?\s(?:\d{{4}}|\d\d)"
    rf"|{_MONTH}\s{_DAY}(?:st|nd|rd|th)?,?\s\d{{4}}|{_DAY}{_MONTH}\d{{2,4}}|\d{{6}}|\d{{8}}|(?:19|20)\d\d)"
)
_OLD: Final = r"(?:1[89]\d\d|200\d)"
_OLD_DATE: Final = (
    rf"(?:{_DAY}{_SEP}(?:0?[1-9]|1[0-2]){_SEP}(?:{_OLD}|[3-9]\d)|{_OLD}-\d\d-\d\d"
    rf"|{_DAY}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH},?\s{_OLD}|{_MONTH}\s{_DAY}(?:st|nd|rd|th)?,?\s{_OLD})"
)
_PROFILES: Final = (
    r"(?:facebook|instagram|twitter|linkedin|tiktok|snapchat|youtube|pinterest|reddit|tumblr|x|fb)\.com"
    r"|(?:fb|t|wa)\.me|threads\.(?:net|com)|bsky\.app|mastodon\.\w{2,10}|linktr\.ee|youtu\.be"
)
"""Sites on which a link without http:// or www. is most often somebody's own page."""
_PART: Final = r"\)?\s{0,2}[\-‐-―_./:]?\s{0,2}"
_NATIONAL: Final = "|".join(
    _PART.join(rf"\d{{{size}}}" for size in (first - 1, *rest))
    for first, *rest in ((5, 6), (5, 5), (5, 3, 3), (5, 2, 4), (4, 3, 4), (4, 7), (3, 4, 4), (3, 8))
)
"""A national number after its nought, in the groups in which people write it, however wide the gaps."""

_SHAPES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "e-mail",
        re.compile(
            r"[\w.+'’\-]{1,64}\s?(?:@|\(at\)|\[at\]|＠)\s?[\w\-]{1,63}(?:\s?(?:\.|\(dot\)|\[dot\])\s?[\w\-]+)+", _I
        ),
    ),
    ("web address", re.compile(r"(?:https?://|www\.)[^\s<>\"”]+", _I)),
    ("web address", re.compile(rf"(?<![\w@])(?:{_PROFILES})/[^\s<>\"”]+", _I)),
    ("handle", re.compile(r"(?<![\w@])@[A-Za-z_]\w{2,}")),
    (
        "National Insurance number",
        re.compile(r"\b(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[ \-]?\d\d){3}[ \-]?[A-D]\b", _I),
    ),
    (
        "date of birth",
        re.compile(
            rf"\b(?:d\.?\s?o\.?\s?b\b\.?|date\s+of\s+birth|birth\s?date|birthday|born)\s*(?:is|was|on|in|the|[:=\-])*\s*"
            rf"(?P<what>{_ANY_DATE})(?!\d)",
            _I,
        ),
    ),
    ("date of birth", re.compile(rf"(?<![\d/.\-])(?P<what>{_OLD_DATE})(?![\d/])", _I)),
    (
        "hospital number",
        re.compile(
            r"\b(?:hospital|hosp|mrn|medical\s+record|patient|pt|unit|case\s?-?note|case|record|district|k|x)\s*"
            r"(?:no|num|number|id|ref|reference|#)(?![a-z])\s*(?:is|was)?\s*[.:#=\-]*\s*"
            r"(?P<what>(?=[A-Z\-/ ]{0,5}\d)[A-Z]{0,4}[\-/ ]?\d[\d\-/]{3,11}[A-Z]?)\b",
            _I,
        ),
    ),
    ("hospital number", re.compile(r"\b(?:mrn|urn)\s*[.:#=\-]?\s*(?P<what>[A-Z]{0,3}\d{4,12}[A-Z]?)\b", _I)),
    ("hospital number", re.compile(r"\b[A-Z]{1,4}[\-/]?\d{6,9}[A-Z]?\b")),
    ("phone", re.compile(r"(?<![\w£$€])(?<!\d[.,])(?:\+|\(\+|00)\(?\d[\d ()\-–\u00a0]{7,18}\d(?!\w)")),
    ("phone", re.compile(r"(?<![\w£$€])(?<!\d[.,])(?:\+|00)\(?\d{1,3}(?:\)?[._/]\(?\d{2,6}){2,4}(?!\w)(?![.,]\d)")),
    ("phone", re.compile(rf"(?<![\w£$€])(?<!\d[.,])\(?0(?:{_NATIONAL})(?!\w)(?!\.\d)")),
    ("phone", re.compile(r"(?<![\w£$€.,])\(?0(?:[ ()\-–\u00a0]{0,2}\d){9,10}(?!\w)(?!\.\d)")),
    ("phone", re.compile(r"(?<![\w£$€.,])0\d{2,4}[./]\d{3,4}[./]?\d{3,4}(?!\w)")),
    (
        "phone",
        re.compile(
            r"\b(?:tel|telephone|phone|mobile|mob|ring|call|text|contact|ext|extension|bleep)\w{0,3}"
            r"(?:\s(?:me|us|her|him|on|at|number|no|is))*\s*[.:#=\-]*\s*(?P<what>\d[\d \-]{3,12}\d)(?!\w)",
            _I,
        ),
    ),
)
_POSTCODE: Final = re.compile(rf"\b(?:{_OUTWARD}|GIR)(?:\s{{0,2}}|\s?[\-‐-―]\s?|[._])[0-9][ABD-HJLNP-UW-Z]{{2}}\b", _I)
_DISTRICT: Final = re.compile(rf"\bpost\s?code\s*(?:is|of|was|area|:|=)*\s*(?P<what>{_OUTWARD})\b", _I)
_ORDINAL: Final = re.compile(r"(?:1st|2nd|3rd|\dth)$")
_LONG: Final = re.compile(r"(?<![\w£$€.,])\d{7,16}(?![\w])(?![.,]\d)")
_PUBLIC_SITE: Final = re.compile(
    r"(?:https?://)?(?:[\w\-]+\.)*(?:nhs\.uk|gov\.uk|gov\.wales|gov\.scot|nhs\.wales|nhs\.scot|org\.uk|ac\.uk)/?[.,;:)]?$",
    _I,
)


def shaped(text: str) -> Iterator[Found]:
    """Every identifier that has a shape, the surest kinds first."""
    yield from (Found(start, end, "NHS number") for start, end in find_nhs_numbers(text))
    for kind, pattern in _SHAPES:
        for match in pattern.finditer(text):
            if _counts(kind, match):
                start, end = match.span("what" if "what" in pattern.groupindex else 0)
                yield Found(start, end, kind)
    yield from _postcodes(text)
    # ten digits that are no NHS number, and other long runs, may still be somebody's record number
    yield from (Found(start, end, "long number") for start, end in ten_digits(text) if end - start <= 12)
    yield from (Found(*match.span(), "long number") for match in _LONG.finditer(text))


def _counts(kind: str, match: re.Match[str]) -> bool:
    test = _TESTS.get(kind)
    return test is None or test(match.group("what") if "what" in match.re.groupindex else match.group())


def _is_phone(text: str) -> bool:
    digits = sum(ch.isdigit() for ch in text)
    return digits >= (9 if text.lstrip("(").startswith(("+", "00")) else 5)


_TESTS: Final[dict[str, Callable[[str], bool]]] = {
    "web address": lambda text: not _PUBLIC_SITE.match(text),
    "phone": _is_phone,
}


def _postcodes(text: str) -> Iterator[Found]:
    for match in _POSTCODE.finditer(text):
        if not _ORDINAL.search(match.group()):  # “B1 2nd floor” is a ward
            yield Found(*match.span(), "postcode")
    yield from (Found(*match.span("what"), "postcode") for match in _DISTRICT.finditer(text))
