"""Words of our own making, sent in and read, for the room's tests."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from holdfast.web.insight import columns, jobs, learning, sending
from holdfast.web.insight.models import Comment, Delivery, Learning
from holdfast.web.register.models import Vocabulary

TOLD = (
    "We replaced the paper referral form with one shared electronic form across all the clinics.\n\n"
    "The weather was fine.\n\n"
    "Our outpatient clinics moved from the hospital to video calls (ring 07700 900123), instead of travelling.\n"
)
DIGITAL = ("the video call worked well", "booking online was easy", "the app sent my results", "video from home")
STAFF = ("the nurses worked as one team", "staff were stretched", "the team looked after each other", "kind staff")
SETTINGS = ("ward", "clinic")


def file(name: str, content: bytes | str) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def sent(by: Any, *files: SimpleUploadedFile, pasted: str = "", keep: bool = False, read: bool = True) -> Delivery:
    """Scraps, sent and read."""
    held = sending.send(by, Delivery.SCRAPS, once=uuid.uuid4().hex, files=files, pasted=pasted, keep=keep)
    if read:
        jobs.carry_out("delivery", held.pk)
        held.refresh_from_db()
    return held


def table(rows: list[dict[str, Any]]) -> bytes:
    """A CSV."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def answers(number: int = 40) -> list[dict[str, Any]]:
    """Made-up answers: half of them about video and the like, half about staff; each with a place and a day."""
    rows = []
    for at in range(number):
        said = (DIGITAL if at % 2 else STAFF)[(at // 2) % 4]
        day = dt.date(2021, 1 + (at // 2) % 12, 5)
        place = SETTINGS[(at // 4) % 2]
        rows.append({"Comment": f"{said}, visit {at}", "Date": f"{day:%d/%m/%Y}", "Ward": place, "Age": "18-64"})
    return rows


def survey(by: Any, rows: list[dict[str, Any]], name: str = "A survey", filename: str = "survey.csv") -> Delivery:
    """Comments, sent, mapped as guessed, and read."""
    held = sending.send(by, Delivery.COMMENTS, once=uuid.uuid4().hex, files=[file(filename, table(rows))], name=name)
    found, problem = columns.look(held)
    assert not problem
    columns.map_columns(held, by, found, columns.guess(found))
    jobs.carry_out("delivery", held.pk)
    held.refresh_from_db()
    return held


def themes() -> Vocabulary:
    """The first list."""
    return Vocabulary.objects.get(code="seven_themes")


def code_all(by: Any, vocabulary: Vocabulary, most: int = 100) -> None:
    """Code comments by what they were made from."""
    from holdfast.web.insight import coding

    for comment in Comment.objects.order_by("id")[:most]:
        digital = any(said in comment.text for said in DIGITAL)
        coding.code(by, comment, vocabulary, ["digital"] if digital else ["team"], uuid.uuid4().hex)


def learned(by: Any, vocabulary: Vocabulary) -> Learning:
    """Learn now."""
    job = learning.ask(vocabulary, by)
    jobs.carry_out("learning", job.pk)
    job.refresh_from_db()
    return job
