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


SVG = "{http://www.w3.org/2000/svg}"
POINT = {"share": 0.3, "low": 0.2, "high": 0.4}
WITHHELD = {"share": None, "low": None, "high": None, "hidden": True}
NONE = {"count": None, "none": True}


def _panels(series: dict[str, list[Any]], span: str = "month") -> list[ElementTree.Element]:
    periods = [str(at) for at in range(max(map(len, series.values())))]
    svg = drawing.multiples(dict.fromkeys(series, "<script>&"), series, periods, span)
    assert "<script>" not in svg
    return ElementTree.fromstring(svg).findall(f"{SVG}g")


def test_a_picture_escapes_names_and_leaves_gaps() -> None:
    first, second = _panels({"a": [POINT, NONE, POINT], "b": []})
    assert len(first.findall(f"{SVG}circle")) == 2 and not first.findall(f"{SVG}rect")
    assert not [line for line in first if line.get("stroke") == "#005eb8" and line.tag.endswith("line")]
    assert "No comments" in [one.text for one in second]


def test_what_is_withheld_is_drawn_as_withheld_and_never_as_none() -> None:
    zero = {"share": 0.0, "low": 0.0, "high": 0.1}
    [some] = _panels({"a": [POINT, WITHHELD, zero, NONE]})
    assert len(some.findall(f"{SVG}circle")) == 2 and len(some.findall(f"{SVG}rect")) == 1
    [band], dots = some.findall(f"{SVG}rect"), some.findall(f"{SVG}circle")
    left, wide = (float(band.get(name, "")) for name in ("x", "width"))
    assert float(dots[0].get("cx", "")) < left < left + wide < float(dots[1].get("cx", ""))
    [most] = _panels({"a": [zero, WITHHELD, WITHHELD, NONE]})
    said = [one.text or "" for one in most.findall(f"{SVG}text")]
    assert not most.findall(f"{SVG}circle") and "Withheld in 2 of 4 months" in said
    assert any("Look quarter by quarter" in one for one in said)
    [years] = _panels({"a": [WITHHELD]}, "year")
    assert "Too few to draw" in [one.text for one in years]


def test_a_narrow_screen_gets_a_narrow_picture(rising: Any, as_: Callable[[str], Client]) -> None:
    client = as_("contributor")
    page = client.get("/insights/").content.decode()
    assert page.count("<source media=") == 2 and "across=1" in page and "it is not zero" in page
    wide = [
        ElementTree.fromstring(client.get(f"/insights/chart.svg?across={n}").content).get("width") for n in "129x"
    ]  # fmt: skip
    assert wide == ["300", "600", "900", "900"]


def test_what_people_coded_is_said_however_few(person: Callable[..., Any], as_: Callable[[str], Client]) -> None:
    lead, client = person("improvement-lead"), as_("contributor")
    making.survey(lead, making.answers(40))
    making.learned(lead, making.themes())
    assert "Nobody has coded any of them" in client.get("/insights/").content.decode()
    coding.code(lead, Comment.objects.latest("pk"), making.themes(), [], uuid.uuid4().hex)
    page = client.get("/insights/").content.decode()
    assert "People have coded 1 of them" in page and "from seed words alone" in page


def test_from_few_codings_no_sentence_says_how_good_the_machine_is(
    person: Callable[..., Any], as_: Callable[[str], Client]
) -> None:
    lead, client = person("improvement-lead"), as_("contributor")
    making.survey(lead, [{"Comment": f"{'no car park' if at < 6 else 'kind nurses'} here"} for at in range(30)])
    one, other = Comment.objects.earliest("pk"), Comment.objects.latest("pk")
    coding.code(lead, one, making.themes(), ["digital"], uuid.uuid4().hex)
    coding.code(lead, other, making.themes(), ["team"], uuid.uuid4().hex)
    told = making.learned(lead, making.themes()).told
    digital = next(row for row in told["themes"] if row["theme"] == "digital")
    assert digital["state"] == "learned" and digital["support"] == 1  # the others say the same words
    for path in ("/insights/", "/insights/themes/seven_themes"):
        page = client.get(path).content.decode()
        assert "oo few co" in page and "F1" not in page, path
    for comment in Comment.objects.all():
        theme = "digital" if "car park" in comment.text else "team"
        coding.code(lead, comment, making.themes(), [theme], uuid.uuid4().hex)
    making.learned(lead, making.themes())
    for path in ("/insights/", "/insights/themes/seven_themes"):
        page = client.get(path).content.decode()
        assert "F1" in page and "right about as often" not in page, path


def test_nothing_sent_is_said(as_: Callable[[str], Client]) -> None:
    assert "No comment has been sent yet" in as_("contributor").get("/insights/").content.decode()
