"""What somebody sends, a file or a grid of people, as a page may carry it back to them with a question."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.core import signing
from django.http import HttpRequest

from holdfast.web.forms import PlainForm
from holdfast.web.jinja import plural
from holdfast.web.register.models import Change
from holdfast.web.voices import typing_in
from holdfast.web.voices.resending import There

SALT: Final = "holdfast.voices.sent"
LASTS: Final = 24 * 3600
LONGEST: Final = 1_500_000
"""Characters that a page may carry: a form of more than 2 MB is refused."""
SAME, OTHERS, NOBODY = "same", "others", "nobody"


@dataclass(frozen=True)
class Sent:
    """Rows as they were sent. ``state``: what of them was here when somebody was asked."""

    name: str
    channel: str
    rows: list[dict[str, str]]
    typed: bool
    state: list[int] = field(default_factory=list)

    def read(self, sheet: typing_in.Sheet) -> typing_in.Read:
        """The people; lines of a file are counted with its first. Raises UnreadableError."""
        return typing_in.read(sheet, self.rows, first=1 if self.typed else 2)

    def folded(self, request: HttpRequest, change: Change, there: There) -> str:
        """The same as one word for a form: nothing of it is kept on the server while somebody thinks."""
        held = dataclasses.replace(self, state=there.state)
        return signing.dumps([_whose(request, change), dataclasses.asdict(held)], salt=SALT, compress=True)


def unfolded(request: HttpRequest, change: Change) -> Sent | None:
    """What a form carries; None where it is a day old, or was not made for this person and change."""
    try:
        whose, held = signing.loads(request.POST.get("sent", ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    return Sent(**held) if whose == _whose(request, change) else None


def _whose(request: HttpRequest, change: Change) -> list[Any]:
    return [request.user.pk, change.pk]


class SameForm(PlainForm):
    """Whether people who seem to be here already are the same people."""

    who = forms.ChoiceField(
        widget=forms.RadioSelect, label="Are they the same people?",
        error_messages={"required": "Say whether they are the same people"},
    )  # fmt: skip

    def __init__(self, *words: Any, there: There, sent: int, **named: Any) -> None:
        super().__init__(*words, **named)
        new = len(there.others)
        rest = f"and enter the {plural(new, 'new row')}" if new else "and enter nobody"
        same = [(SAME, f"Yes. Leave those alone, {rest}")] if there.left else []
        alike = "these are other people who answered alike" if there.left else "none of these rows is theirs"
        every = f"all {sent}" if sent > 1 else "this person"
        known = (OTHERS, f"No, {alike}. Enter {every}")
        self.fields["who"].choices = [*same, known, (NOBODY, "I do not know. Enter nobody yet")]
        if not there.left:
            self.fields["who"].label = "Is a row of theirs among these?"
