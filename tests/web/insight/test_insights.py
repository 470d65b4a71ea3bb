"""Insights: counted, moving, withheld where small, in people's own words, as a picture and as a table."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from tests.web.insight import making

from holdfast.web.insight import coding, drawing, looking
from holdfast.web.insight.models import Comment
from holdfast.web.register.saving import create

pytestmark = pytest.mark.django_db


@pytest.fixture
def rising(person: Callable[..., Any]) -> Any:
    """Video is in 1 of 20 comments at first and in 16 at the end, over eight quarters; a person coded them all."""
    lead = person("improvement-lead")
    change = create(lead, {"title": "Video"})
    rows = []
    for quarter in range(8):
        day = dt.date(2020 + quarter // 4, 1 + 3 * (quarter % 4), 9)
        for at in range(20):
            video = at < 1 + 15 * quarter // 7
            said = "the video call worked" if video else "the nurses looked after me"
            place = "ward" if at % 2 else "clinic"
            rows.append({"Comment": f"{said} on visit {quarter} {at}", "Date": f"{day:%d/%m/%Y}", "Ward": place,
                         "Change number": change.identifier})  # fmt: skip
    making.survey(lead, rows)
    for comment in Comment.objects.all():
        theme = "digital" if "video" in comment.text else "team"
        coding.code(lead, comment, making.themes(), [theme], uuid.uuid4().hex)
    return change


def test_what_rises_is_said_to_and_counts_are_right(rising: Any) -> None:
    told = looking.look(looking.Asked(making.themes(), theme="digital", by="setting"))
    rows = {row["theme"]: row for row in told["rows"]}
    count = Comment.objects.filter(text__contains="video").count()
    assert rows["digital"]["count"] == count and rows["digital"]["out_of"] == told["people"] == 160
    assert rows["digital"]["verdict"] == "rising" and rows["team"]["verdict"] == "falling"
    assert rows["leadership"]["count"] == 0
    assert told["periods"] == [f"{year} Q{q}" for year in (2020, 2021) for q in (1, 2, 3, 4)]
    groups = {row["group"][0]: row for row in told["groups"] if row["theme"] == "digital"}
    assert groups["ward"]["count"] + groups["clinic"]["count"] == count
    assert len(told["passages"]) == 5 and all("video" in one["text"] for one in told["passages"])


def test_small_numbers_are_withheld_and_cannot_be_worked_out(rising: Any) -> None:
    points = looking.look(looking.Asked(making.themes()))["series"]["digital"]
    # video is in 1, 3, 5, 7, 9, 11, 13 and 16 of 20: small in the first four, small without it in the last two
    assert [point["hidden"] for point in points] == [True] * 4 + [False] * 2 + [True] * 2
    assert [point["count"] for point in points] == [None] * 4 + [9, 11] + [None] * 2


def test_the_page_the_picture_and_the_table(rising: Any, as_: Callable[[str], Client]) -> None:
    client = as_("contributor")
    page = client.get("/insights/?theme=digital&by=setting&span=quarter").content.decode()
    assert "Rising" in page and "the video call worked" in page and "Put it right" not in page
    picture = client.get("/insights/chart.svg?span=quarter")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    svg = ElementTree.fromstring(picture.content)
    assert len(svg.findall("{http://www.w3.org/2000/svg}g")) == 7
    got = client.get("/insights/insights.csv?by=setting").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(got)))
    assert {row["withheld"] for row in rows} == {"yes", "no"}
    assert all(row["comments"] == row["share"] == "" for row in rows if row["withheld"] == "yes")
    assert all(row["comments"] == "0" or int(row["comments"]) > 7 for row in rows if row["withheld"] == "no")


@pytest.mark.parametrize(
    "query", ["list=none&by=x&span=week&theme=zzz", "setting=%00<b>", "change=HF-9", "theme=digital"]
)
def test_any_question_is_answered(query: str, rising: Any, as_: Callable[[str], Client]) -> None:
    client = as_("analyst")
    for path in ("/insights/", "/insights/chart.svg", "/insights/insights.csv"):
        assert client.get(f"{path}?{query}").status_code == 200


def test_a_word_of_a_person_changes_what_is_shown_at_once(rising: Any, person: Any) -> None:
    asked = looking.Asked(making.themes())
    before = {row["theme"]: row["count"] for row in looking.look(asked)["rows"]}
    comment = Comment.objects.filter(text__contains="video").first()
    assert comment is not None
    coding.correct(person("improvement-lead"), comment, making.themes(), "digital", False, "deed-11111")
    after = {row["theme"]: row["count"] for row in looking.look(asked)["rows"]}
    assert after["digital"] == before["digital"] - 1


def test_a_list_of_many_comments_takes_few_queries(
    rising: Any, as_: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    client = as_("contributor")
    client.get("/insights/")
    with django_assert_max_num_queries(24):
        client.get("/insights/")


def test_the_change_says_what_people_say_of_it(rising: Any, as_: Callable[[str], Client]) -> None:
    page = as_("contributor").get(f"/changes/c/{rising.identifier}").content.decode()
    assert "160 comments about it" in page and "What made it possible" in page
    assert "Understand" not in as_("").get(f"/changes/c/{rising.identifier}").content.decode()


def test_a_picture_escapes_names_and_leaves_gaps() -> None:
    point = {"share": 0.3, "low": 0.2, "high": 0.4}
    svg = drawing.multiples({"a": "<script>&", "b": "Other"}, {"a": [point, {"count": None}, point]}, ["1", "2", "3"])
    root = ElementTree.fromstring(svg)
    assert "<script>" not in svg and "Too few to show" in svg
    first = root.findall("{http://www.w3.org/2000/svg}g")[0]
    assert len(first.findall("{http://www.w3.org/2000/svg}circle")) == 2
    assert not [line for line in first if line.get("stroke") == "#005eb8" and line.tag.endswith("line")]


def test_nothing_sent_is_said(as_: Callable[[str], Client]) -> None:
    assert "No comment has been sent yet" in as_("contributor").get("/insights/").content.decode()
