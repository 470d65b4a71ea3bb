"""PDF and plain text files as passages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from holdfast.understand.scraps.encodings import encoding_of
from holdfast.understand.scraps.guards import NO_PASSWORD, Allowance, CannotRead
from holdfast.understand.scraps.records import Passage, Source, Unread, stopped
from holdfast.workspace.encoding import head_of

Read = Iterator[Passage | Unread]

_BLANK_LINE: Final = re.compile(r"\n[ \t\r]*\n")


def read_pdf(path: Path, name: str, allowance: Allowance) -> Read:
    """Paragraphs of each page of a PDF that holds text."""
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings quote what it could not read
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise CannotRead("it is protected by a password", NO_PASSWORD)
        pages = len(reader.pages)
    except CannotRead:
        raise
    except Exception as trouble:  # a damaged PDF can raise anything
        raise CannotRead("it is damaged, or not a PDF", "open it and save or print it as a PDF again") from trouble
    silent: list[int] = []
    for number in range(1, min(pages, allowance.limits.pages) + 1):
        text = _page_text(reader, number)
        if not allowance.spend(len(text) + 1):
            yield stopped(name, f"page {number:,}")
            return
        if not text.strip():
            silent.append(number)
        yield from _split(text, name, page=number)
    yield from _about_pages(name, pages, silent, allowance.limits.pages)


def _page_text(reader: Any, number: int) -> str:
    try:
        return str(reader.pages[number - 1].extract_text() or "")
    except Exception:  # one bad page must not lose the others; it is listed as having no text
        return ""


def _about_pages(name: str, pages: int, silent: list[int], most: int) -> Iterator[Unread]:
    if silent and len(silent) == min(pages, most):
        raise CannotRead("no page holds text: it looks scanned", "run text recognition (OCR) on it, or type it in")
    if silent:
        some = ", ".join(str(page) for page in silent[:8]) + ("…" if len(silent) > 8 else "")
        yield Unread(
            name, f"{len(silent):,} of {pages:,} pages hold no text (page {some})", "look whether they are scanned"
        )
    if pages > most:
        yield Unread(name, f"it has {pages:,} pages and the first {most:,} were read", "split it to read the rest")


def read_text(path: Path, name: str, allowance: Allowance) -> Read:
    """Paragraphs of a plain text file, in any encoding that can be told."""
    text = head_of(path, encoding_of(path), allowance.limits.characters + 1)
    if not text.strip():
        raise CannotRead("it holds no words", "leave it out")
    kept = text[: allowance.limits.characters]
    yield from _split(kept, name)
    if len(text) > len(kept):
        yield stopped(name, f"character {len(kept):,}")


def _split(text: str, name: str, page: int | None = None) -> Iterator[Passage]:
    """Paragraphs told apart by blank lines; offsets are within the page or the whole text."""
    at = number = 0
    for gap in [*_BLANK_LINE.finditer(text), None]:
        end = gap.start() if gap else len(text)
        part = text[at:end]
        if part.strip():
            number += 1
            yield Passage(part, Source(name, at, end, page=page, paragraph=number))
        at = gap.end() if gap else end


def split_pasted(text: str, name: str) -> Iterator[Passage]:
    """Pasted text as passages."""
    yield from _split(text, name)
