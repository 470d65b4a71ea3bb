"""Reading a Polis export: a folder of CSV, or of the server's JSON."""

from __future__ import annotations

from pathlib import Path

from holdfast.involve.polis_files.conversation import CSV_FILES, JSON_FILES, Conversation
from holdfast.involve.polis_files.csv_shape import from_csv
from holdfast.involve.polis_files.json_shape import from_json
from holdfast.records import InputProblems, Problem


def read_polis(folder: str | Path) -> Conversation:
    """The conversation in a folder, as CSV or JSON, whichever has the votes and the statements.

    Raises :class:`InputProblems` when those cannot be read at all; anything less is in the conversation's ``problems``.
    """
    where = Path(folder)
    if (where / "votes.csv").is_file():
        return from_csv(where)
    if (where / "votes.json").is_file():
        return from_json(where)
    fix = f"Give a folder with {', '.join(CSV_FILES)}, or {', '.join(JSON_FILES)}."
    raise InputProblems([Problem(where.name, "there is neither votes.csv nor votes.json here", fix)])
