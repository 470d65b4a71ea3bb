"""The pages: the way from tables to a run, two people at once, what is missing, and how many queries it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from holdfast.web.evidence import configuring, forms_study, presence, protocols, steps, working
from holdfast.web.evidence.models import DONE, FAILED, RUNNING, Answer, Dataset, Run, Worker
from holdfast.web.register import saving
from holdfast.web.register.models import Change

pytestmark = pytest.mark.django_db


def _text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def _url(name: str, *words: Any) -> str:
    return reverse(f"evidence:{name}", args=words)


def test_every_problem_is_said_at_once_with_its_place(brought: Dataset, as_: Callable[[str], Client]) -> None:
    client = as_("analyst")
    path = brought.path / "observations.csv"
    lines = path.read_text("utf-8").splitlines()
    lines[3] = lines[3].replace(lines[3].split(",")[3], "many")
    lines.append("EX999,2023-05,under 65,10,1,0")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    brought.mapping["files"][0]["sha256"] = "changed"
    brought.save()
    assert "have changed since they were checked" in _text(client.get(_url("check", brought.pk)))
    client.post(_url("check", brought.pk))
    page = _text(client.get(_url("check", brought.pk)))
    assert "things to put right" in page and "<td>4</td>" in page and "booked" in page and "EX999" in page
    assert "Fix version" not in _text(client.get(_url("protocols", brought.pk)))


def test_two_people_mapping_at_once_lose_nothing(brought: Dataset, as_: Callable[[str], Client]) -> None:
    client, read_at = as_("analyst"), brought.mapping["version"]
    said = {"unlisted_sites": "error", "early_adopters": "error", "period": "month", "read_at": read_at}
    assert client.post(_url("about", brought.pk), {**said, "title": "First to save"}).status_code == 302
    second = client.post(_url("about", brought.pk), {**said, "title": "Second to save"})
    page = _text(second)
    assert second.status_code == 409
    assert "Somebody else has changed this" in page and "First to save" in page and "Second to save" in page
    brought.refresh_from_db()
    assert brought.title == "First to save"
    mine = {**said, "title": "Second to save", "read_at": brought.mapping["version"]}
    assert client.post(_url("about", brought.pk), mine).status_code == 302
    brought.refresh_from_db()
    assert brought.title == "Second to save"


def test_text_that_is_not_a_configuration_is_not_saved(brought: Dataset, as_: Callable[[str], Client]) -> None:
    client, before = as_("analyst"), configuring.text_of(brought)
    for text, said in (
        ("title = unquoted", "This is not TOML"),
        ("[workspace]\ntitel = 'x'", "this key is not known"),
        ("[tables.sites]\npath = '/etc/passwd'", "there is no file"),
        ("[workspace]\ntitle = '943 476 5919'", "NHS number"),
    ):
        answer = client.post(_url("text", brought.pk), {"text": text, "read_at": brought.mapping["version"]})
        assert answer.status_code == 422 and said in _text(answer), text
    brought.refresh_from_db()
    assert configuring.text_of(brought) == before
    kept = before + "\n# a remark of ours\n"
    client.post(_url("text", brought.pk), {"text": kept, "read_at": brought.mapping["version"]})
    brought.refresh_from_db()
    assert "# a remark of ours" in (brought.path / "holdfast.toml").read_text("utf-8")


def test_editing_a_fixed_protocol_makes_a_new_version_and_says_so(
    brought: Dataset, as_: Callable[[str], Client]
) -> None:
    client = as_("analyst")
    client.post(_url("fix", brought.pk), {"study": "call-back"})
    first = protocols.standings(brought)[0]
    assert first.fixed and first.latest is not None
    assert first.latest.sha256 in _text(client.get(_url("protocols", brought.pk)))
    assert client.get(_url("study", brought.pk, 1)).status_code == 200
    said = forms_study.initial(brought.checked["studies"][0]) | {
        "anticipation": 1,
        "read_at": brought.mapping["version"],
    }
    said = {name: value for name, value in said.items() if value not in (False, "") and name != "rule"}
    answer = client.post(_url("study", brought.pk, 1), said)
    assert answer.status_code == 302, _text(answer)
    brought.refresh_from_db()
    edited = protocols.standings(brought)[0]
    assert not edited.fixed and edited.next_version == 2
    assert ("anticipation", "0", "1") in edited.differs
    page_text = _text(client.get(_url("protocols", brought.pk)))
    assert "makes <strong>version 2</strong>" in page_text and "Edited since version 1" in page_text
    client.post(_url("fix", brought.pk), {"study": "call-back"})
    assert [one.version for one in protocols.standings(brought)[0].versions] == [1, 2]


def test_a_ledger_that_was_edited_by_hand_is_said(brought: Dataset, as_: Callable[[str], Client]) -> None:
    as_("analyst").post(_url("fix", brought.pk))
    ledger = brought.path / "results" / "protocols.jsonl"
    ledger.write_text(ledger.read_text("utf-8").replace("call-back", "call-later"), "utf-8")
    assert "edited by hand" in _text(as_("analyst").get(_url("protocols", brought.pk)))


def test_the_absence_of_a_worker_is_said(asked: Run, as_: Callable[[str], Client]) -> None:
    page = _text(as_("analyst").get(_url("run", asked.pk)))
    assert "No worker is running" in page and "none has been seen here" in page and "waiting to begin" in page
    Worker.objects.create(name="w", started_at=timezone.now(), beat_at=timezone.now() - dt.timedelta(minutes=5))
    assert "the last sign of one was on" in _text(as_("analyst").get(_url("run", asked.pk)))
    Worker.objects.update(beat_at=timezone.now())
    assert presence.present().there and "No worker" not in _text(as_("analyst").get(_url("run", asked.pk)))


def test_why_a_run_failed_is_for_analysts(asked: Run, as_: Callable[[str], Client]) -> None:
    Run.objects.filter(pk=asked.pk).update(state=FAILED, problem="observations.csv, row 4: wrong")
    assert "row 4" in _text(as_("analyst").get(_url("run", asked.pk)))
    assert "row 4" not in _text(as_("").get(_url("run", asked.pk)))


def test_cancel_and_state_from_the_page(asked: Run, as_: Callable[[str], Client]) -> None:
    client = as_("analyst")
    Run.objects.filter(pk=asked.pk).update(
        state=RUNNING, done=2, total=5, step="learning from call-back", beat_at=timezone.now()
    )
    told = client.get(_url("state", asked.pk)).json()
    assert told["words"] == "It is learning from call-back. 2 of 5 studies are done." and not told["finished"]
    assert client.post(_url("cancel", asked.pk)).status_code == 302
    assert "being cancelled" in client.get(_url("state", asked.pk)).json()["words"]
    assert client.get(_url("cancel", asked.pk)).status_code == 405


def test_only_released_files_and_pictures_are_served(asked: Run, as_: Callable[[str], Client]) -> None:
    Run.objects.filter(pk=asked.pk).update(state=DONE, results="results/none")
    client = as_("")
    for name in ("..", "contents.json", "secret.key", "cells.parquet"):
        assert client.get(_url("download", asked.pk, name)).status_code == 404
        assert client.get(_url("chart", asked.pk, name)).status_code == 404
    assert "no longer where they were kept" in _text(client.get(_url("run", asked.pk)))


def test_a_change_without_evidence_says_so(person: Callable[..., Any], rf: Any) -> None:
    change = saving.create(person("analyst"), {"title": "Untested"})
    part = steps.build(rf.get("/"), change)
    assert "nobody here can say what it did" in part.missing[0]


def test_pages_take_as_many_queries_for_many_runs_as_for_few(
    brought: Dataset,
    person: Callable[..., Any],
    as_: Callable[[str], Client],
    django_assert_max_num_queries: Any,
    rf: Any,
) -> None:
    change = saving.create(person("analyst"), {"title": "Much studied"}, identifier="much")

    def grow(times: int) -> None:
        for number in range(times):
            run = Run.objects.create(dataset=brought, state=DONE, results="results/none", ended_at=timezone.now())
            Answer.objects.create(
                run=run, change=change, study=f"s{number}", place=1, label="Helped", tone="good", symbol="✓"
            )

    client, request = as_("analyst"), rf.get("/")
    request.user = person("analyst")
    counts = []
    for times in (2, 40):
        grow(times)
        seen = []
        for deed in (
            lambda: client.get(_url("list")),
            lambda: client.get(_url("dataset", brought.pk)),
            lambda: client.get(_url("run", Run.objects.first().pk)),
            lambda: steps.build(request, change),
        ):
            with django_assert_max_num_queries(40) as counted:
                deed()
            seen.append(len(counted))
        counts.append(seen)
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_the_evidence_stands_on_the_page_of_its_change(asked: Run, as_: Callable[[str], Client], rf: Any) -> None:
    working.carry_out(asked.pk)
    change = Change.objects.get(identifier="call-back")
    part = steps.build(rf.get("/"), change)
    from django.template.loader import render_to_string

    request = rf.get("/")
    page = " ".join(render_to_string(part.template, part.said, request).split())
    for said in (
        "For whom",
        "Everyone",
        "95% interval",
        "The gap",
        "Simultaneous 95% band",
        "Checks",
        "fingerprint",
        "Left out",
    ):
        assert said in page, said
    assert "Disclosure control" in page and any("for harm elsewhere" in s or "experience" in s for s in part.missing)
    public = as_("").get(_url("answer", asked.pk, 1))
    assert public.status_code == 200 and "percentage points" in _text(public)
    picture = as_("").get(_url("chart", asked.pk, "1-event-time.svg"))
    assert picture.headers["Content-Type"] == "image/svg+xml" and b"<desc" in picture.content
    sheet = b"".join(as_("").get(_url("download", asked.pk, "effects.csv")).streaming_content)  # type: ignore[arg-type]
    assert sheet.startswith((b"\xef\xbb\xbf", b"study"))
