"""Word files as passages: every paragraph a reader would see, wherever Word has put it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from holdfast.understand.scraps.guards import NO_PASSWORD, OLE, Allowance, CannotRead, check_zip
from holdfast.understand.scraps.records import Passage, Source, Unread, stopped

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_P: Final = _W + "p"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATHS: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_GONE: Final = frozenset((_W + "del", _W + "moveFrom", _W + "pPr"))
"""What was deleted or moved away, and a paragraph's looks, whose tab stops are no tabs."""
_BESIDE: Final = ("header", "footer", "footnotes", "endnotes", "comments")
_INSIDE: Final = ("aFChunk", "package", "oleObject")


def _own(element: Any) -> str:
    return element.text or ""


def _line(element: Any) -> str:
    return "\n" if element.get(_W + "type") in (None, "textWrapping") else ""


_CHARACTERS: Final[dict[str, Callable[[Any], str]]] = {
    _W + "t": _own,
    _MATHS: _own,
    _W + "tab": lambda _: "\t",
    _W + "ptab": lambda _: "\t",
    _W + "noBreakHyphen": lambda _: "-",
    _W + "br": _line,
    _W + "cr": _line,
}


def read_word(path: Path, name: str, allowance: Allowance) -> Iterator[Passage | Unread]:
    """Paragraphs of a Word document in reading order, then those of its headers, footers, notes and comments.

    Tables, text boxes, content controls and tracked insertions are read where they stand; deleted text is not.
    """
    with path.open("rb") as file:
        if file.read(8) == OLE:
            fix = NO_PASSWORD + " as .docx"
            raise CannotRead("it is protected by a password, or in Word's format of before 2007", fix)
    check_zip(path, allowance.limits)
    stories, inside = _opened(path)
    paragraphs = (text for story in stories for text in _paragraphs(story))
    silent = True
    for at, text in enumerate(paragraphs, start=1):
        if not allowance.spend(len(text)):
            yield stopped(name, f"paragraph {at:,}")
            return
        if text.strip():
            silent = False
            yield Passage(text, Source(name, 0, len(text), paragraph=at))
    if silent:
        yield Unread(name, "it holds no words", "if it holds pictures of words, type them in; if not, leave it out")
    if inside:
        yield Unread(name, f"{inside:,} files put inside it were not read", "import those by themselves")


def _opened(path: Path) -> tuple[list[Any], int]:
    """The document's roots, its body first; and how many other files it holds inside."""
    from docx.package import Package

    try:
        main: Any = Package.open(str(path)).main_document_part
        held = [(_ending(rel.reltype), rel.target_part) for rel in main.rels.values() if not rel.is_external]
        beside = {id(part): part for kind in _BESIDE for ending, part in held if ending == kind}
        roots = [_root(part) for part in (main, *beside.values())]
        if roots[0].tag != _W + "document":
            raise ValueError
    except Exception as trouble:  # python-docx lets errors of zip, XML and its own through
        raise CannotRead("it is damaged, or not a Word document", "open it in Word and save it again") from trouble
    return roots, sum(ending in _INSIDE for ending, _ in held)


def _ending(kind: str) -> str:
    return kind.rpartition("/")[2]


def _root(part: Any) -> Any:
    from docx.oxml.parser import parse_xml

    held = getattr(part, "element", None)  # python-docx has parsed the parts that it knows
    return parse_xml(part.blob) if held is None else held


def _paragraphs(root: Any) -> Iterator[str]:
    """Each paragraph's own text in the order in which paragraphs begin; those inside one (text boxes) follow it."""
    for paragraph in root.iter(_P):
        if not any(_left_out(above) for above in paragraph.iterancestors()):
            yield "".join(_pieces(paragraph))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag in _CHARACTERS:
            yield _CHARACTERS[child.tag](child)
        elif child.tag != _P and not _left_out(child):
            yield from _pieces(child)


def _left_out(element: Any) -> bool:
    """Deleted, or a second telling of a text box for programs that do not know the first."""
    return element.tag in _GONE or (element.tag == _FALLBACK and element.getprevious() is not None)
