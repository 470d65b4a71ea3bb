"""Themes that somebody coded elsewhere are brought in as that person's codings, and never twice."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.web.insight import making

from holdfast.web.insight import coded_elsewhere, columns, comments_reading, jobs, looking, sending
from holdfast.web.insight.coded_elsewhere import Given
from holdfast.web.insight.models import Coding, Comment, Delivery, Learning
from holdfast.web.people.models import AuditEvent

pytestmark = pytest.mark.django_db
THEMES = "theme:seven_themes"


@pytest.fixture
def lead(person: Callable[..., Any]) -> Any:
    return person("improvement-lead")


@pytest.fixture
def listed(db: None) -> coded_elsewhere.Listed:
    return coded_elsewhere.lists()["seven_themes"]


def _labels() -> dict[str, str]:
    return dict(making.themes().terms.filter(retired=False).values_list("code", "label"))


def _marked(number: int = 12) -> list[dict[str, Any]]:
    """Comments with a column of marks under the name of every theme: by turns digital, team, and neither."""
    rows = []
    for at in range(number):
        held = ("digital", "team", "")[at % 3]
        marks = {label: "1" if code == held else "0" for code, label in _labels().items()}
        rows.append({"Comment": f"a comment of some length, number {at}", **marks})
    return rows


def _sent(by: Any, rows: list[dict[str, Any]], coder: str = "Ann Other", chosen: list[str] | None = None) -> Delivery:
    files = [making.file("coded.csv", making.table(rows))]
    held = sending.send(by, Delivery.COMMENTS, once=uuid.uuid4().hex, files=files, name="Coded")
    found, problem = columns.look(held)
    chosen = columns.guess(found) if chosen is None else chosen
    assert not problem and not columns.wrong(found, chosen, columns.options())
    columns.map_columns(held, by, found, chosen, coder)
    jobs.carry_out("delivery", held.pk)
    held.refresh_from_db()
    assert held.state == "done", held.problem
    return held


def test_marks_under_every_theme_are_complete_codings_of_the_coder(lead: Any) -> None:
    held = _sent(lead, _marked())
    found = list(Coding.objects.order_by("comment"))
    assert [one.themes for one in found] == [["digital"], ["team"], []] * 4
    assert {(one.complete, one.by, one.coder, one.vocabulary) for one in found} == {
        (True, None, "Ann Other", making.themes())
    }
    told = looking.look(looking.Asked(making.themes()))
    assert told["people"] == 12 and Comment.objects.count() == 12
    [event] = AuditEvent.objects.filter(summary__startswith="brought in")
    assert "12 codings by Ann Other" in event.summary and event.subject == str(held.pk)
    assert Learning.objects.filter(vocabulary=making.themes(), state="waiting").exists()


def test_a_theme_that_was_never_found_is_guessed_with_the_others(lead: Any) -> None:
    _sent(lead, [{**row, _labels()["leadership"]: ""} for row in _marked()])
    assert Coding.objects.count() == 12 and all(one.complete for one in Coding.objects.all())


def test_sent_again_nothing_is_doubled_and_what_altered_is_added(lead: Any) -> None:
    rows = _marked()
    making.survey(lead, [{"Comment": row["Comment"]} for row in rows], name="Coded")
    assert Comment.objects.count() == 12 and not Coding.objects.exists()
    _sent(lead, rows)
    assert Comment.objects.count() == Coding.objects.count() == 12
    _sent(lead, rows)
    assert Comment.objects.count() == Coding.objects.count() == 12
    labels = _labels()
    rows[0] |= {labels["digital"]: "0", labels["team"]: "1"}
    _sent(lead, rows)
    first = Comment.objects.earliest("pk").codings.order_by("id")
    assert [one.themes for one in first] == [["digital"], ["team"]] and Coding.objects.count() == 13
    rows[0] |= {labels["digital"]: "1", labels["team"]: "0"}
    _sent(lead, rows)
    assert [one.themes for one in first.all()] == [["digital"], ["team"], ["digital"]]
    _sent(lead, rows, coder="Ben Other")
    assert Coding.objects.filter(coder="Ben Other").count() == 12 and Comment.objects.count() == 12


def test_a_killed_worker_doubles_no_coding(lead: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments_reading, "BATCH", 5)
    real, calls = comments_reading._keep, []

    def dies(*words: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*words)

    monkeypatch.setattr(comments_reading, "_keep", dies)
    with pytest.raises(KeyboardInterrupt):
        _sent(lead, _marked())
    assert Coding.objects.count() == 5
    jobs.carry_out("delivery", Delivery.objects.get().pk)
    assert Coding.objects.count() == Comment.objects.count() == 12


def test_what_a_row_says_is_no_more_than_its_cells_say(listed: coded_elsewhere.Listed) -> None:
    labels, missed = _labels(), Counter[str]()
    every = dict.fromkeys(labels.values(), "")
    digital, team = labels["digital"], labels["team"]

    def given(cells: dict[str, str], names: list[str] | None = None) -> Given | None:
        return coded_elsewhere.of_row(listed, names or list(labels.values()), cells, missed)

    assert given(every) is None and missed == {"uncoded": 1}
    assert given({**every, digital: "Yes"}) == Given(("digital",), (), True)
    assert given({**every, team: "0"}) == Given((), (), True)
    # Columns of some themes say nothing of the others, and a mark that cannot be read nothing of its own.
    assert given({digital: "x", team: "no"}, [digital, team]) == Given(("digital",), ("team",), False)
    assert given({digital.upper(): "maybe", team: "1"}, [digital.upper(), team]) == Given(("team",), (), False)
    odd = given({**every, digital: "maybe", team: "1"})
    assert odd is not None and not odd.complete and "digital" not in odd.refused and len(odd.refused) == 5
    assert missed["mark"] == 2
    said = [(digital, True), (f"team; {digital.upper()}", True), ("Digitl", False), (f"{team}|Digitl", False)]
    found = [given({"Theme": cell}, ["Theme"]) for cell, _known in said]
    assert found == [
        Given(("digital",), (), True), Given(("digital", "team"), (), True), None, Given(("team",), (), False)
    ]  # fmt: skip
    assert given({"Theme": "None"}, ["Theme"]) == Given((), (), True) and missed["theme"] == 2


def test_a_column_of_names_is_brought_in_and_what_is_no_theme_is_said(lead: Any, as_: Callable[[str], Client]) -> None:
    names = ["digital", "Digitl", "", "digital; team"]
    rows = [{"Comment": f"a comment of some length, number {at}", "Theme": said} for at, said in enumerate(names)]
    held = _sent(lead, rows, chosen=["text", THEMES])
    assert [one.themes for one in Coding.objects.order_by("comment")] == [["digital"], ["digital", "team"]]
    page = as_("analyst").get(f"/insights/sent/{held.pk}").content.decode()
    assert "1 cells name something that is no theme" in page and "count as not coded" in page and "Digitl" not in page


def test_the_page_asks_who_coded_and_refuses_what_it_cannot_know(lead: Any, as_: Callable[[str], Client]) -> None:
    rows = [
        {**row, "Made up": "1", "Other words": f"some other words of theirs {at}"} for at, row in enumerate(_marked())
    ]
    files = [making.file("coded.csv", making.table(rows))]
    held = sending.send(lead, Delivery.COMMENTS, once=uuid.uuid4().hex, files=files, name="Coded")
    client, path = as_("analyst"), f"/insights/sent/{held.pk}/columns"
    page = client.get(path).content.decode()
    assert page.count(f'value="{THEMES}" selected') == 7 and "who coded them?" in page
    chosen = {f"column-{at}": THEMES if 0 < at < 8 else "" for at in range(10)} | {"column-0": "text"}

    def said(**more: str) -> str:
        got = client.post(path, {**chosen, **{name.replace("_", "-"): value for name, value in more.items()}})
        return "" if got.status_code == 302 else got.content.decode()

    for nobody in ("", "  ", "17"):
        assert "Enter the name of whoever coded" in said(coder=nobody)
    assert "“Made up” holds marks, and" in said(coder="Ann", column_8=THEMES)
    assert "needs one column of comments" in said(coder="Ann", column_9="text")
    assert "not known any more" in said(coder="Ann", column_8="theme:none")
    assert said(coder="Ann Other") == ""
    held.refresh_from_db()
    assert held.coder == "Ann Other"
