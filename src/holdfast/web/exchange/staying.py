"""What does not leave with the register, why, and how rows are told without it."""

from __future__ import annotations

from typing import Any, Final

from holdfast.web.insight.models_jobs import COLUMNS, INTERRUPTED, RUNNING, WAITING, SentFile

STAYS: Final[dict[str, dict[str, str]]] = {
    "voices.participant": {
        "token": "a private link is like a password: nobody’s link leaves, and each person gets a new one on arrival",
        "source": "a print of where somebody joined from is for this register’s own checks on scripted voting",
        "row_print": "a print made with this register’s key is of no use elsewhere",
    },
    "insight.delivery": {
        "keep": "files that were sent stay where they are",
        "mapping": "headings of a file that was sent stay with the file",
    },
    "insight.sentfile": {"kept_as": "the name of a file as it was sent may name somebody"},
}
"""Table → columns that stay, each with why. On arrival they are as in a new row."""

NOT_TAKEN: Final[dict[str, str]] = {
    "voices.result": "made anew from the answers",
    "insight.learning": "learned anew from what people coded",
    "insight.vector": "a sentence embedding’s, made anew from the words",
    "insight.asking": "a language model’s, asked for anew by somebody",
    "insight.hint": "a language model’s, asked for anew by somebody",
    "insight.suggestion": "a machine’s, made anew by learning",
}
"""Tables of the parts that stay behind, each with why."""
STOPPED: Final = (
    "It had not been read when the register was taken out, and its file did not come with it. Send it again."
)


def as_it_leaves(label: str, told: dict[str, Any]) -> dict[str, Any]:
    """A row without what stays, and with nothing that waits for a worker who is elsewhere."""
    for column in STAYS.get(label, ()):
        told.pop(column, None)
    if label == "insight.delivery" and told["state"] in {COLUMNS, WAITING, RUNNING}:
        told |= {"state": INTERRUPTED, "problem": STOPPED, "step": ""}
    if label == "insight.sentfile" and told["state"] == WAITING:
        why = [told["name"], "it had not been read when the register was taken out", "send it again"]
        told |= {"state": SentFile.UNREAD, "unread": [*told["unread"], why]}
    return told
