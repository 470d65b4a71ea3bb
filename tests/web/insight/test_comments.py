"""Comments: mapped, redacted, never twice; coded by people, learned from, and put right."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.web.insight import making

from holdfast.web.insight import coding, columns, jobs, learning, sending
from holdfast.web.insight.models import Coding, Comment, Delivery, Learning, Suggestion
from holdfast.web.people.models import AuditEvent
from holdfast.web.register.saving import create

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(person: Callable[..., Any]) -> Any:
    return person("improvement-lead")


@pytest.fixture
def forty(lead: Any) -> list[Comment]:
    making.survey(lead, making.answers())
    return list(Comment.objects.all())


def test_columns_are_guessed_and_everything_is_kept(lead: Any) -> None:
    change = create(lead, {"title": "Video"})
    rows = [{**row, "Change number": change.identifier, "Sentiment": "1"} for row in making.answers(6)]
    rows[0]["Comment"] = "Ring Mrs Dorothy Ackroyd on 07700 900123, the video call worked very well indeed"
    rows[1] |= {"Date": "someday", "Change number": "HF-999999"}
    held = making.survey(lead, rows)
    assert held.state == "done", held.problem
    first = Comment.objects.get(row=2)
    assert "Ackroyd" not in first.text and "07700" not in first.text and first.removed == {"name": 1, "phone": 1}
    assert (first.setting, str(first.said_on), first.population) == ("ward", "2021-01-05", {"age_band": "18-64"})
    assert first.change == change and first.feeling == "positive"
    said = " ".join(why for one in held.files.all() for _name, why, _fix in one.unread)
    assert "1 dates could not be read" in said and "not in the register" in said


def test_sent_again_only_what_is_new_is_added(lead: Any) -> None:
    making.survey(lead, making.answers(10))
    grown = making.survey(lead, making.answers(14), filename="survey again.csv")
    assert (grown.files.get().new, grown.files.get().same) == (4, 10)
    making.survey(lead, making.answers(10), name="Another survey")
    assert Comment.objects.count() == 24


def test_two_people_who_say_the_same_are_two_comments(lead: Any) -> None:
    rows = [{"Comment": "very good and kind staff"}] * 3 + [{"Comment": "too long a wait for us"}]
    making.survey(lead, rows)
    assert Comment.objects.count() == 4
    making.survey(lead, rows)
    assert Comment.objects.count() == 4


def test_a_killed_worker_leaves_batches_and_the_next_goes_on(lead: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from holdfast.web.insight import comments_reading

    monkeypatch.setattr(comments_reading, "BATCH", 5)
    held = sending.send(
        lead, Delivery.COMMENTS, once=uuid.uuid4().hex, name="S",
        files=[making.file("s.csv", making.table([{"Comment": f"the same words {at % 3} said"} for at in range(12)]))],
    )  # fmt: skip
    found, _problem = columns.look(held)
    columns.map_columns(held, lead, found, ["text"])
    real, calls = comments_reading._keep, []

    def dies(*words: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*words)

    monkeypatch.setattr(comments_reading, "_keep", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.carry_out("delivery", held.pk)
    assert Comment.objects.count() == 5
    monkeypatch.setattr(comments_reading, "_keep", real)
    jobs.carry_out("delivery", held.pk)
    one = held.files.get()
    assert Comment.objects.count() == 12 and (one.new, one.same) == (12, 0)


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("headings.csv", b"Comment,Date\n"), ("noise.xlsx", b"PK\x03\x04broken"),
     ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600), ("binary.csv", b"\x00\x01\xff" * 300)],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_answered(as_: Callable[[str], Client], name: str, content: bytes) -> None:
    client = as_("analyst")
    sent = {"once": "b" * 20, "name": "S", "file": making.file(name, content)}
    said = client.post("/insights/send/comments", sent, follow=True).content.decode()
    held = Delivery.objects.get()
    if "What does each column hold?" in said:  # only headings: the reading says what is missing
        client.post(f"/insights/sent/{held.pk}/columns", {"column-0": "text", "column-1": ""})
        jobs.carry_out("delivery", held.pk)
        assert "no row holds words" in client.get(f"/insights/sent/{held.pk}").content.decode()
        return
    assert (held.state, held.folder.exists()) == ("failed", False) and held.problem in html.unescape(said)
    assert "Send another file" in said and "Try again" not in said
    assert "Needs its columns" not in client.get("/insights/sent").content.decode()
    assert AuditEvent.objects.filter(kind="delivery", summary__contains="cannot be read").count() == 1
    sent["file"] = making.file(name, content)
    assert "Send another file" in client.post("/insights/send/comments", sent, follow=True).content.decode()


def test_numbers_of_rows_are_guessed_by_name_and_by_their_looks(lead: Any) -> None:
    rows = [
        {"Comment ID": f"Neas Jan 2021 {at}", "Ward": "A", "No": f"r-{at}", "Patient ID": f"{at + 100}",
         "What was said": f"the nurses were kind to all of us, number {at}"}
        for at in range(8)
    ]  # fmt: skip

    def guessed(rows: list[dict[str, Any]]) -> list[str]:
        files = [making.file("s.csv", making.table(rows))]
        held = sending.send(lead, Delivery.COMMENTS, once=uuid.uuid4().hex, files=files, name="S")
        return columns.guess(columns.look(held)[0])

    assert guessed(rows) == ["id", "setting", "", "", "text"]
    assert guessed([{k: v for k, v in row.items() if k != "Comment ID"} for row in rows]) == [
        "setting",
        "id",
        "",
        "text",
    ]
    assert guessed([{"Said": f"visit {at}"} for at in range(9)]) == ["text"]


def test_one_comment_in_any_script_with_markup_and_a_formula(lead: Any, as_: Callable[[str], Client]) -> None:
    making.survey(lead, [{"Comment": "<b>شكرا</b> =cmd()|A1 谢谢 thank you so much"}])
    comment = Comment.objects.get()
    page = as_("analyst").get(f"/insights/comments/{comment.pk}").content.decode()
    assert "&lt;b&gt;شكرا&lt;/b&gt;" in page and 'dir="auto"' in page
    job = making.learned(lead, making.themes())
    assert job.state == "done" and "Too few comments to show" in as_("analyst").get("/insights/").content.decode()


def test_at_the_start_seed_words_suggest_without_a_probability(lead: Any, forty: list[Comment]) -> None:
    job = making.learned(lead, making.themes())
    assert job.state == "done" and len(job.queue) == 40
    some = Suggestion.objects.filter(theme="digital")
    assert some.exists() and all(one.probability is None and "seed" in one.made_by for one in some)
    assert all(row["state"] == "cannot learn yet" for row in job.told["themes"])


def test_learning_from_codings_gives_accuracy_with_intervals_and_keeps_the_two_apart(
    lead: Any, forty: list[Comment], as_: Callable[[str], Client]
) -> None:
    making.code_all(lead, making.themes(), 30)
    before = list(Coding.objects.values_list("pk", "themes"))
    job = making.learned(lead, making.themes())
    rows = {row["theme"]: row for row in job.told["themes"]}
    digital = rows["digital"]
    assert digital["state"] == "learned" and digital["support"] == 15
    assert 0 <= digital["precision"]["low"] <= digital["precision"]["value"] <= digital["precision"]["high"] <= 1
    assert rows["leadership"]["state"] == "cannot learn yet" and "more are needed" in rows["leadership"]["reason"]
    learned = Suggestion.objects.filter(theme="digital", probability__isnull=False)
    assert learned.exists()
    making.learned(lead, making.themes())
    assert list(Coding.objects.values_list("pk", "themes")) == before
    page = as_("contributor").get("/insights/themes/seven_themes").content.decode()
    assert "Cannot learn yet" in page and "30 of 40 comments" in page


def test_precision_and_recall_are_shown_by_setting_where_that_points_to_nobody(
    lead: Any, as_: Callable[[str], Client]
) -> None:
    making.survey(lead, making.answers(80))
    Comment.objects.filter(row__gt=78).update(setting="cellar")  # three of them, so that another goes with it
    making.code_all(lead, making.themes(), 80)
    told = making.learned(lead, making.themes()).told
    digital = next(row for row in told["themes"] if row["theme"] == "digital")
    support = {one["setting"]: one["support"] for one in digital["by_setting"]}
    assert support == {"ward": 20} and digital["support"] == 40
    ward = digital["by_setting"][0]
    assert 0 <= ward["precision"]["low"] <= ward["precision"]["value"] <= ward["precision"]["high"] <= 1
    page = as_("contributor").get("/insights/themes/seven_themes").content.decode()
    assert "The same by setting" in page and '<td dir="auto">ward</td>' in page and "cellar" not in page


def test_a_theme_that_is_retired_takes_nothing_from_the_others(
    lead: Any, forty: list[Comment], as_: Callable[[str], Client]
) -> None:
    making.code_all(lead, making.themes(), 30)
    for comment in forty[:3]:
        coding.code(lead, comment, making.themes(), ["leadership", "digital"], uuid.uuid4().hex)
    making.themes().terms.filter(code="leadership").update(retired=True)
    told = making.learned(lead, making.themes()).told
    team = next(row for row in told["themes"] if row["theme"] == "team")
    assert told["unknown"] == [] and team["support"] == sum("team" in one.themes for one in _standing())
    Coding.objects.filter(themes=["team"]).update(themes=["Team"])
    told = making.learned(lead, making.themes()).told
    assert told["unknown"] == [["Team", team["support"]]]
    page = as_("contributor").get("/insights/themes/seven_themes").content.decode()
    assert "name a theme that this list does not hold" in page and "<bdi>Team</bdi>" in page


def _standing() -> list[Coding]:
    """Each comment's last coding."""
    return list({one.comment_id: one for one in Coding.objects.order_by("id")}.values())


def test_ten_codings_ask_for_learning_by_themselves(lead: Any, forty: list[Comment]) -> None:
    learning.ask(making.themes())
    for job in Learning.objects.all():
        jobs.carry_out("learning", job.pk)
    making.code_all(lead, making.themes(), 9)
    assert not Learning.objects.filter(state="waiting").exists()
    making.code_all(lead, making.themes(), 10)
    assert Learning.objects.filter(state="waiting").count() == 1


def test_the_next_comment_is_the_machines_choice_and_never_one_that_is_coded(lead: Any, forty: list[Comment]) -> None:
    job = making.learned(lead, making.themes())
    found = coding.next_for(lead, making.themes())
    assert found.comment == job.queue[0][0]
    comment = Comment.objects.get(pk=found.comment)
    coding.code(lead, comment, making.themes(), ["digital"], "deed-one")
    assert coding.next_for(lead, making.themes()).comment == job.queue[1][0]
    assert coding.next_for(lead, making.themes(), [job.queue[1][0]]).comment == job.queue[2][0]


def test_coding_on_the_page_counts_once(lead: Any, forty: list[Comment], as_: Callable[[str], Client]) -> None:
    making.learned(lead, making.themes())
    client = as_("improvement-lead")
    to = client.get("/insights/themes/seven_themes/next").headers["Location"]
    page = client.get(to)
    assert b"Choose every theme it speaks of" in page.content
    assert client.post(to, {"once": "deed-12345"}).status_code == 422
    assert client.post(to, {"once": "deed-12345", "themes": ["none", "digital"]}).status_code == 422
    assert client.post(to, {"once": "deed-12345", "themes": ["gone"]}).status_code == 422
    for _twice in range(2):
        assert client.post(to, {"once": "deed-12345", "themes": ["digital", "team"]}).status_code == 302
    one = Coding.objects.get()
    assert one.themes == ["digital", "team"] and one.coder == "Improvement lead" and one.complete
    client.post(client.get("/insights/themes/seven_themes/next").headers["Location"], {"pass": "1"})
    assert Coding.objects.count() == 1


def test_agreeing_codes_what_was_suggested_and_says_so(
    lead: Any, forty: list[Comment], as_: Callable[[str], Client]
) -> None:
    making.learned(lead, making.themes())
    comment = Suggestion.objects.filter(theme="digital").first().comment  # type: ignore[union-attr]
    client, to = as_("curator"), f"/insights/themes/seven_themes/comments/{comment.pk}"
    client.post(to, {"once": "deed-54321", "agree": "1", "shown": _shown(client.get(to))})
    one = Coding.objects.get()
    assert "digital" in one.themes and one.answers.startswith("holdfast: seed terms")
    assert {offer["theme"] for offer in one.offered} == set(one.themes)


def test_agreeing_saves_what_the_page_said_though_a_learning_came_between(
    lead: Any, forty: list[Comment], as_: Callable[[str], Client]
) -> None:
    making.learned(lead, making.themes())
    offers = Suggestion.objects.filter(theme="digital")
    comment, other = offers[0].comment, offers[1].comment
    client, to = as_("curator"), f"/insights/themes/seven_themes/comments/{comment.pk}"
    page, elsewhere = client.get(to), client.get(to.replace(str(comment.pk), str(other.pk)))
    before = sorted(comment.suggestions.values_list("theme", flat=True))
    comment.suggestions.all().delete()
    learning_of = other.suggestions.first().learning  # type: ignore[union-attr]
    Suggestion.objects.create(learning=learning_of, comment=comment, theme="access", made_by="later", model="2")
    for forged in ("", "digital", _shown(elsewhere), _shown(page)[:-2]):
        got = client.post(to, {"once": "deed-00001", "agree": "1", "shown": forged})
        assert got.status_code == 422 and "has altered. Look again" in got.content.decode()
    assert client.post(to, {"once": "deed-00001", "agree": "1", "shown": _shown(page)}).status_code == 302
    one = Coding.objects.get()
    assert sorted(one.themes) == before and "later" not in one.answers
    assert sorted(offer["theme"] for offer in one.offered) == before


def _shown(page: Any) -> str:
    """What the page said that machines suggest."""
    return re.findall(r'name="shown" value="([^"]+)"', page.content.decode())[0]


def test_a_correction_stands_above_the_machine_and_is_credited(
    lead: Any, forty: list[Comment], as_: Callable[[str], Client]
) -> None:
    making.learned(lead, making.themes())
    offer = Suggestion.objects.filter(theme="digital").first()
    assert offer is not None
    client = as_("equality-lead")
    told = {"list": "seven_themes", "theme": "digital", "right": "no", "once": "deed-98765", "back": "//evil.example"}
    got = client.post(f"/insights/comments/{offer.comment_id}/correct", told)
    assert got.headers["Location"] == f"/insights/comments/{offer.comment_id}"
    one = Coding.objects.get()
    assert (one.refused, one.complete, one.coder) == (["digital"], False, "Equality lead")
    page = client.get(f"/insights/comments/{offer.comment_id}").content.decode()
    assert "it is not about" in page and "Equality lead" in page
    assert Suggestion.objects.filter(pk=offer.pk).exists()
    assert client.post(f"/insights/comments/{offer.comment_id}/correct", {**told, "theme": "x"}).status_code == 404


def test_the_page_of_a_comment_says_which_word_stands(
    lead: Any, forty: list[Comment], person: Any, as_: Callable[[str], Client]
) -> None:
    comment, labels = forty[0], dict(making.themes().terms.values_list("code", "label"))

    def said() -> str:
        page = as_("analyst").get(f"/insights/comments/{comment.pk}").content.decode()
        return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())

    coding.correct(lead, comment, making.themes(), "digital", True, "deed-00001")
    coding.correct(lead, comment, making.themes(), "digital", False, "deed-00002")
    page = said()
    assert f"no theme is given; it is not about {labels['digital']}." in page
    assert page.count("no longer stands") == 1
    coding.code(lead, comment, making.themes(), ["team"], "deed-00003")
    page = said()
    assert f"it is about {labels['team']}." in page and page.count("no longer stands") == 2
    other = person("curator")
    coding.code(other, comment, making.themes(), ["digital"], "deed-00004")
    ordered = "; ".join(labels[code] for code in ("digital", "team"))
    assert f"people are divided on {ordered}, so that it is not counted" in said()
    for at, by in enumerate((lead, other)):
        coding.code(by, comment, making.themes(), [], f"deed-0001{at}")
    assert "it is about none of the themes." in said()


def test_two_coders_agreement_is_shown(lead: Any, forty: list[Comment], person: Any) -> None:
    making.code_all(lead, making.themes(), 12)
    other = person("curator")
    assert coding.second(other, making.themes(), []).comment is not None
    making.code_all(other, making.themes(), 12)
    job = making.learned(lead, making.themes())
    agreed = {row["theme"]: row["agreement"] for row in job.told["themes"]}
    assert agreed["digital"]["alpha"] == 1.0 and agreed["digital"]["units"] == 12


def test_every_fifth_comment_is_somebody_elses(lead: Any, forty: list[Comment], person: Any) -> None:
    other = person("curator")
    making.code_all(other, making.themes(), 20)
    mine = list(Comment.objects.order_by("-id")[:4])
    for comment in mine:
        coding.code(lead, comment, making.themes(), ["digital"], uuid.uuid4().hex)
    found = coding.next_for(lead, making.themes())
    assert found.second and found.comment in {c.pk for c in Comment.objects.order_by("id")[:20]}


def test_feelings_are_shown_only_where_the_machine_beats_the_usual(
    lead: Any, forty: list[Comment], as_: Callable[[str], Client]
) -> None:
    good, bad = "the video call worked well and I am glad", "a long wait and I am sad and cross about it"
    rows = [
        {"Comment": f"{good if at % 2 else bad}, number {at}", "Sentiment": "1" if at % 2 else "-1"} for at in range(60)
    ]
    assert not making.learned(lead, making.themes()).told["feelings"]["works"]
    making.survey(lead, rows, name="With feelings")
    told = making.learned(lead, making.themes()).told["feelings"]
    assert told["works"] and told["right"]["low"] > told["usual"] and told["levels"] == ["negative", "positive"]
    assert {(n is None or n == 0 or n > 7) for _theme, _level, n, _of in told["cells"]} == {True}
    page = as_("contributor").get("/insights/").content.decode()
    assert "The machine tells feelings here" in page and "Feelings by theme" in page
