"""Which encoding a file of words has: told, or told apart for certain, or else not read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from holdfast.understand.scraps.guards import CannotRead
from holdfast.understand.scraps.western import looks_western
from holdfast.workspace.encoding import UnreadableText, find_encoding, head_of, is_zipped

MOST: Final = 60_000_000
"""Characters looked at, more than a file may have."""
_DECLARED: Final = re.compile(rb"<meta\b[^>]{0,400}?\bcharset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_SHIFTED: Final = re.compile(r"\x1b[$(]")
"""How Japanese, Chinese and Korean text in seven bits goes from one alphabet to another."""
_ALLOWED: Final = re.compile(
    r"utf|iso|windows|cp|koi8|gb|big5|euc|shift|x-sjis|mac|latin|us-ascii|ascii|ks_c|tis", re.I
)
_AS_BROWSERS_DO: Final = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-9": "cp1254",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "x-sjis": "cp932", "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
}  # fmt: skip


def encoding_of(path: Path) -> str:
    """UTF-8 or UTF-16 where the bytes say so, what a page of HTML declares, Windows-1252 where it looks Western.

    CannotRead for anything else: letters guessed wrongly would look like words.
    """
    if is_zipped(path):
        raise CannotRead("it is compressed", "unzip it first")
    try:
        found = find_encoding(path)
        declared = _declared(path)
        if declared and (found == "cp1252" or (found == "utf-8" and _is_ascii(path))):
            found = declared
        text = head_of(path, found, MOST)
    except (UnreadableText, UnicodeError) as trouble:
        raise _unknown() from trouble
    if _SHIFTED.search(text) and not declared:
        raise _unknown()
    if found == "cp1252" and not declared and not looks_western(text):
        raise _unknown()
    return found


def _unknown() -> CannotRead:
    return CannotRead(
        "it is in an encoding that cannot be told for certain, or no text", "find out which it is, and save it as UTF-8"
    )


def _declared(path: Path) -> str:
    """The encoding that a page of HTML names in its first bytes, as browsers take it; empty where it names none."""
    if path.suffix.lower() not in (".html", ".htm"):
        return ""
    with path.open("rb") as file:
        match = _DECLARED.search(file.read(4096))
    name = match.group(1).decode("ascii", "replace").lower() if match else ""
    name = _AS_BROWSERS_DO.get(name, name)
    if not name:
        return ""
    try:
        if not _ALLOWED.match(name):
            raise LookupError
        b"".decode(name)
    except LookupError:
        raise _unknown() from None
    return name


def _is_ascii(path: Path) -> bool:
    return path.read_bytes().isascii()
