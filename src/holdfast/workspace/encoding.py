"""Which encoding a text file has, and the same text as UTF-8."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO

CHUNK = 2**22
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class UnreadableText(Exception):  # noqa: N818 - it is a finding about a file
    """The file is not text in any encoding that we know."""


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, unzipped when it is gzipped (by content, not by name)."""
    return gzip.open(path, "rb") if is_zipped(path) else path.open("rb")  # type: ignore[return-value]


def is_zipped(path: Path) -> bool:
    """True when the bytes are gzip's, whatever the name says."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def find_encoding(path: Path) -> str:
    """The encoding: by its mark, else UTF-8 if every byte is, else UTF-16 or Windows-1252."""
    with open_bytes(path) as file:
        head = file.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if head.count(b"\0") > len(head) // 4:
        return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
    for name in ("utf-8", "cp1252"):
        if _decodes(path, name):
            return name
    raise UnreadableText("neither UTF-8, UTF-16 nor Windows-1252")


def to_utf8(path: Path, encoding: str, target: Path) -> Path:
    """Write the same text as UTF-8, a piece at a time."""
    with target.open("w", encoding="utf-8", newline="") as out:
        for text in _texts(path, encoding):
            out.write(text)
    return target


def head_of(path: Path, encoding: str, characters: int = 65536) -> str:
    """The first characters of the text."""
    found = ""
    for text in _texts(path, encoding):
        found += text
        if len(found) >= characters:
            break
    return found


def _texts(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    with open_bytes(path) as file:
        while chunk := file.read(CHUNK):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)


def _decodes(path: Path, encoding: str) -> bool:
    try:
        return all(True for _ in _texts(path, encoding)) and (encoding != "cp1252" or _is_text(path))
    except UnicodeDecodeError:
        return False


def _is_text(path: Path) -> bool:
    """Text holds no control bytes other than tabs and line ends."""
    control = bytes(set(range(32)) - {9, 10, 12, 13})
    with open_bytes(path) as file:
        head = file.read(CHUNK)
    return len(head.translate(None, control)) == len(head)
