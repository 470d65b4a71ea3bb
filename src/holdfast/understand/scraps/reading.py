"""Files, folders and pasted text to scraps: what one file does cannot stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from holdfast.understand.redact import redact
from holdfast.understand.scraps.documents import read_pdf, read_text, split_pasted
from holdfast.understand.scraps.finding import Finding, judge
from holdfast.understand.scraps.guards import Allowance, CannotRead, Limits, check_size, could_not_open
from holdfast.understand.scraps.records import Passage, Scrap, Scraps, Source, Unread
from holdfast.understand.scraps.sentences import seen, sentences
from holdfast.understand.scraps.tables import read_table
from holdfast.understand.scraps.word import read_word

Progress = Callable[[int, int, str], None]
"""Called with how many files are done, how many there are, and the next one's name."""

LIKELY: Final = 0.4
LONGEST_ANSWER: Final = 120
"""Words beyond which an answer is split into sentences like any other text."""
_TABLES: Final = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")
_TEXTS: Final = (".txt", ".md", ".text", ".log", ".html", ".htm")
_PASSED_OVER: Final = ("~$", ".", "Thumbs.db")


def read_scraps(
    place: Path | str | Iterable[Path | str],
    columns: Mapping[str, Sequence[str]] | None = None,
    at_least: float = LIKELY,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Scraps:
    """Candidate changes from a file, a folder (and those below it) or several files.

    ``columns`` names, for a table's file name, the columns to read; without it those that look like people's own
    words are read. A file that cannot be read is listed with the reason, and the rest goes on; so is a file or a column
    that was asked for and is not there.
    """
    named = list(_files(place))
    columns = columns or {}
    limits = limits or Limits()
    scraps: list[Scrap] = []
    unread = list(_absent(columns, named))
    passages = 0
    for at, (path, name) in enumerate(named):
        if progress:
            progress(at, len(named), name)
        for found in _read(path, name, limits, columns.get(path.name)):
            if isinstance(found, Unread):
                unread.append(found)
            else:
                passages += 1
                scraps.extend(_judged(found, at_least))
    if progress:
        progress(len(named), len(named), "")
    return Scraps(tuple(scraps), tuple(unread), len(named), passages)


def read_pasted(text: str, name: str = "pasted text", at_least: float = LIKELY) -> Scraps:
    """Candidate changes from text that somebody pasted."""
    passages = list(split_pasted(text, name))
    scraps = tuple(scrap for passage in passages for scrap in _judged(passage, at_least))
    return Scraps(scraps, (), 1, len(passages))


def _files(place: Path | str | Iterable[Path | str]) -> Iterator[tuple[Path, str]]:
    """Each file with the name it goes by: its path below the folder given."""
    if isinstance(place, (str, Path)):
        root = Path(place)
        if root.is_dir():
            below = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
            yield from (
                (path, path.relative_to(root).as_posix()) for path in below if not path.name.startswith(_PASSED_OVER)
            )
        else:
            yield root, root.name
    else:
        yield from ((Path(path), Path(path).name) for path in place)


def _absent(columns: Mapping[str, Sequence[str]], named: Sequence[tuple[Path, str]]) -> Iterator[Unread]:
    """Tables whose columns were asked for and that are not there."""
    tables = sorted({path.name for path, _ in named if path.suffix.lower() in _TABLES})
    here = ", ".join(f"“{table}”" for table in tables[:12]) or "none"
    for file in columns:
        if file not in tables:
            fix = f"check its name, without its folder; tables here: {here}"
            yield Unread(file, "columns of it were asked for, and no table has this name", fix)


def _read(path: Path, name: str, limits: Limits, columns: Sequence[str] | None) -> Iterator[Passage | Unread]:
    try:
        check_size(path, limits)
        yield from _by_kind(path, name, Allowance(limits), columns)
    except CannotRead as why:
        yield Unread(name, why.reason, why.fix)
    except OSError as trouble:
        found = could_not_open(trouble)
        yield Unread(name, found.reason, found.fix)
    except (RecursionError, MemoryError, ValueError):
        yield Unread(name, "it is built in a way that cannot be read", "open it and save it again, or paste its text")


def _by_kind(path: Path, name: str, allowance: Allowance, columns: Sequence[str] | None) -> Iterator[Passage | Unread]:
    kind = path.suffix.lower()
    if kind in _TABLES:
        return read_table(path, name, allowance, columns)
    if kind == ".pdf":
        return read_pdf(path, name, allowance)
    if kind in (".docx", ".docm", ".dotx"):
        return read_word(path, name, allowance)
    if kind in _TEXTS:
        return read_text(path, name, allowance)
    if kind == ".doc":
        raise CannotRead("it is in Word's format of before 2007", "save it as .docx and import it again")
    raise CannotRead(
        f"files ending in “{kind or 'nothing'}” are not read", "save it as .docx, .pdf, .xlsx, .csv or .txt"
    )


def _judged(passage: Passage, at_least: float) -> Iterator[Scrap]:
    """The passage's sentences that sound like a change; one person's answer is kept together unless it is long."""
    text, source = passage.text, passage.source
    parts = list(sentences(text))
    if passage.whole and len(text.split()) <= LONGEST_ANSWER:
        findings = [judge(seen(text[start:end])) for start, end in parts]
        best = max(findings, key=lambda finding: finding.score, default=None)
        if best and best.score >= at_least:
            yield _scrap(text, source, best)
        return
    for start, end in parts:
        finding = judge(seen(text[start:end]))
        if finding.score >= at_least:
            yield _scrap(text[start:end], _within(source, start, end), finding)


def _within(source: Source, start: int, end: int) -> Source:
    return replace(source, start=source.start + start, end=source.start + end)


def _scrap(text: str, source: Source, finding: Finding) -> Scrap:
    kept = redact(seen(text))
    came, went = redact(finding.introduced).text, redact(finding.displaced).text
    return Scrap(kept.text, source, finding.score, finding.cues, came, went, kept.removed)
