"""The board's pages: what each shows, what it refuses and why, and that nothing typed is lost."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.web.board import making

from holdfast.web.board import deciding, hooks, reviews
from holdfast.web.board.deciding import Seen
from holdfast.web.board.models import Cell, Decision, Dissent, DutyAnswer, Meeting

ODD = "<script>alert('x')</script> =HYPERLINK(\"http://evil\") مرحبا 👩🏽‍⚕️ {{ 7*7 }}"


@pytest.fixture
def actor(person: Any) -> Any:
    return person("all")


@pytest.fixture
def cell(actor: Any) -> Cell:
    return making.board(actor, making.many)


def page(client: Any, name: str, *words: Any, **query: Any) -> str:
    answer = client.get(reverse(f"board:{name}", args=words), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def posted(client: Any, name: str, /, *words: Any, **fields: Any) -> Any:
    return client.post(reverse(f"board:{name}", args=words), fields)


def whole(cell: Cell, **more: Any) -> dict[str, Any]:
    held = Cell.objects.get(pk=cell.pk)
    draft = Decision.objects.filter(cell=held, state="draft").first()
    words = making.words(**{"batch": str(uuid.uuid4()), "seen": str(Seen.of(held, draft)), **more})
    return {name: value for name, value in words.items() if value is not None}


def test_the_matrix_shows_both_practices_and_filters(as_: Any, actor: Any, cell: Cell) -> None:
    client = as_("")
    shown = page(client, "matrix")
    assert "Booked slots" in shown and "Walk-in queue" in shown and "About 50 fewer" in shown
    assert len(re.findall(r'<tr class="nhsuk-table__row">', shown)) == 2
    rows = {
        ("role", "displaced"): 1, ("verdict", "retain"): 1, ("verdict", "stop"): 0, ("certainty", "moderate"): 1,
        ("who", "any"): 5, ("setting", "any"): 2, ("who", "age:65%20and%20over"): 1, ("who", "age"): 3,
        ("q", "emergency"): 2, ("q", "nothing like it"): 0, ("state", "undecided"): 2, ("state", "decided"): 0,
        ("change", cell.change_id): 2, ("change", "99999"): 0, ("verdict", "nonsense"): 2, ("state", "draft"): 2,
    }  # fmt: skip
    for (name, value), count in rows.items():
        assert len(re.findall(r'<tr class="nhsuk-table__row">', page(client, "matrix", **{name: value}))) == count, name


def test_a_long_board_is_read_page_by_page(as_: Any, actor: Any) -> None:
    from holdfast.web.board.intake import take

    one = making.change(actor)
    take(making.run(), making.findings([making.row(one.identifier, practice=f"P{n:03}") for n in range(90)]))
    found: list[str] = []
    for number in (1, 2, 3):
        shown = page(as_(""), "matrix", page=number, q="emergency")
        found += re.findall(r'dir="auto">(P\d{3})</a>', shown)
        assert ("Next page" in shown) == (number < 3)
        assert "q=emergency" in re.findall(r'rel="(?:next|prev)" href="([^"]+)"', shown)[0]
    assert found == [f"P{n:03}" for n in range(90)]


def test_drafts_are_for_those_who_propose(as_: Any, actor: Any, cell: Cell) -> None:
    deciding.decide(actor, making.words(reasons="Secret so far"), seen=[Seen.of(cell, None)], batch=uuid.uuid4(),
                    dissent=[("", "", "Not yet public")])  # fmt: skip
    for name, words in (("matrix", ()), ("cell", (cell.pk,)), ("change", (cell.change_id,))):
        shown = page(as_(""), name, *words)
        assert "Secret so far" not in shown and "Not yet public" not in shown and "draft" not in shown.lower(), name
    assert "In draft" in page(as_("decision-maker"), "matrix", state="draft")
    draft = Decision.objects.get()
    assert as_("").get(reverse("board:decision", args=[draft.pk])).status_code == 404


def test_a_cell_says_what_is_not_there(as_: Any, cell: Cell) -> None:
    shown = page(as_(""), "cell", cell.pk)
    quiet = ("Nobody has been heard on this yet", "Nobody has written down what it assumes", "8 of 8 open")
    for words in (*quiet, "6 more months.", "If the benefit asked for", "The running cost is not", "Walk-in queue"):
        assert words in shown, words


def test_voices_and_assumptions_come_by_hooks(as_: Any, cell: Cell, monkeypatch: Any) -> None:
    monkeypatch.setattr(hooks, "_HOOKS", hooks._Hooks())
    hooks.add_voices(lambda cells: {c.pk: [hooks.Voice("Nurses", "Most agree.", 12, (ODD,))] for c in cells})
    hooks.add_assumptions(lambda cells: {c.pk: [hooks.Assumption("A call is enough.", "half agree")] for c in cells})
    shown = page(as_(""), "cell", cell.pk)
    assert "Most agree." in shown and "A call is enough." in shown and "Nobody has been heard" not in shown
    assert "<script>alert" not in shown and "{{ 7*7 }}" in shown


def test_deciding_on_the_page(as_: Any, cell: Cell) -> None:
    answer = posted(as_("decision-maker"), "decide", cell.pk, **whole(cell), final="yes")
    made = Decision.objects.get()
    assert answer.headers["Location"] == reverse("board:decision", args=[made.pk])
    shown = page(as_(""), "decision", made.pk)
    for words in ("You said", "We decided", "Done", "It helps most people.", "The gap matters more to us.",
                  "Keep a walk-in door.", "Transformation committee"):  # fmt: skip
        assert words in shown, words


@pytest.mark.parametrize(
    ("more", "said"),
    [({"reasons": ""}, "Enter the reasons"), ({"departs_because": ""}, "departs from it"),
     ({"verdict": "retain"}, "duties are open"), ({"verdict": "reinstate"}, "Select a valid choice"),
     ({"review_on": "31/02/2027"}, "must be a real date"), ({"reasons": "x" * 100_000}, "20,000 characters"),
     ({"reasons": "Patient 943 476 5919 said"}, "NHS number"), ({"reasons": "a\0b"}, "cannot be kept"),
     ({"dissent_name": "Somebody"}, "Enter what the dissenter said"), ({"seen": "nonsense"}, "out of date")],
)  # fmt: skip
def test_what_stands_in_the_way_is_said_and_the_words_are_kept(as_: Any, cell: Cell, more: Any, said: str) -> None:
    answer = posted(as_("all"), "decide", cell.pk, **whole(cell, conditions="Kept words", **more), final="yes")
    shown = answer.content.decode()
    assert answer.status_code == 400 and said in shown and "Kept words" in shown
    assert "<title>Error: " in shown
    assert not Decision.objects.exists()


def test_a_lead_may_draft_and_not_decide(as_: Any, cell: Cell) -> None:
    client = as_("improvement-lead")
    assert posted(client, "decide", cell.pk, **whole(cell), final="yes").status_code == 403
    assert posted(client, "decide", cell.pk, **whole(cell), draft="yes").status_code == 302
    assert Decision.objects.get().state == "draft"


def test_the_second_to_decide_sees_both_and_may_go_on(as_: Any, cell: Cell) -> None:
    mine = whole(cell, reasons="My words")
    posted(as_("decision-maker"), "decide", cell.pk, **whole(cell, reasons="Their words"), final="yes")
    answer = posted(as_("all"), "decide", cell.pk, **mine, final="yes")
    shown = answer.content.decode()
    assert answer.status_code == 409 and "My words" in shown and "Their words" in shown
    again = {**mine, "seen": re.search(r'name="seen" value="([^"]+)"', shown)[1]}  # type: ignore[index]  # it is there
    assert posted(as_("all"), "decide", cell.pk, **again, final="yes").status_code == 302
    assert Decision.objects.count() == 2
    assert Decision.objects.first().supersedes.reasons == "Their words"


def test_deciding_for_several_from_one_page(as_: Any, cell: Cell) -> None:
    others = list(Cell.objects.filter(dimension="age", setting="rural"))
    also = [str(Seen.of(c, None)) for c in others]
    assert posted(as_("all"), "decide", cell.pk, **whole(cell), also=also, final="yes").status_code == 302
    assert Decision.objects.filter(state="final").count() == 4
    stale = posted(as_("all"), "decide", cell.pk, **whole(cell, reasons="Again"), also=also, final="yes")
    assert stale.status_code == 409 and "Again" in stale.content.decode()


def test_odd_text_is_shown_safely_everywhere(as_: Any, actor: Any, cell: Cell) -> None:
    client = as_("all")
    fields = whole(cell, reasons=ODD, conditions=ODD, decided_by=ODD, departs_because=ODD, dissent_words=ODD,
                   dissent_name="=1+1", dissent_role="‮مرحبا")  # fmt: skip
    assert posted(client, "decide", cell.pk, **fields, final="yes").status_code == 302
    made = Decision.objects.get()
    assert made.reasons == ODD
    for name, words in (("decision", made.pk), ("cell", cell.pk)):
        shown = page(client, name, words)
        assert "<script>alert" not in shown and "&lt;script&gt;alert" in shown and "{{ 7*7 }}" in shown
    rows = list(csv.DictReader(io.StringIO(client.get(reverse("board:csv")).getvalue().decode("utf-8-sig"))))
    assert rows[0]["reasons"] == ODD and rows[0]["decided"] == "adapt" and rows[0]["departs"] == "yes"


def test_a_formula_is_never_the_beginning_of_a_cell_in_the_file(as_: Any, actor: Any) -> None:
    one = making.board(actor, title="=cmd|' /C calc'!A0")
    rows = list(csv.DictReader(io.StringIO(as_("").get(reverse("board:csv")).getvalue().decode("utf-8-sig"))))
    assert rows[0]["title"].startswith("'=cmd")
    assert one.change.title.startswith("=cmd")


def test_duties_are_answered_and_remembered(as_: Any, cell: Cell) -> None:
    client, where = as_("equality-lead"), (cell.change_id, "retain", "equality")
    for more, said in (({"answer": "met"}, "Enter where the evidence is"), ({}, "Choose whether it is met"),
                       ({"answer": "not applicable"}, "Enter why it does not apply"),
                       ({"answer": "met", "reference": "x", "on": "2999-01-01"}, "not be in the future")):  # fmt: skip
        answer = posted(client, "duty", *where, read_at=0, **more)
        assert answer.status_code == 400 and said in answer.content.decode()
    met = {"answer": "met", "reference": "EHIA 7", "on": "2026-01-04"}
    assert posted(client, "duty", *where, read_at=0, **met).status_code == 302
    stale = posted(as_("decision-maker"), "duty", *where, read_at=0, answer="not yet")
    assert stale.status_code == 409 and "EHIA 7" in stale.content.decode()
    assert DutyAnswer.objects.count() == 1
    shown = page(as_(""), "duties", cell.change_id, "retain")
    assert "EHIA 7" in shown and "7 of 8 are open" in shown


def test_dissent_on_its_own(as_: Any, cell: Cell) -> None:
    assert posted(as_("all"), "dissent", cell.pk, words="", name="A").status_code == 400
    assert posted(as_("all"), "dissent", cell.pk, words="Not for us.", role="Carer").status_code == 302
    assert "Not for us." in page(as_(""), "cell", cell.pk)
    assert Dissent.objects.get().who == "Carer"


def test_reviews_fall_due(as_: Any, actor: Any, cell: Cell, monkeypatch: Any) -> None:
    on = timezone.localdate() + dt.timedelta(days=30)
    deciding.decide(actor, making.words(review_on=on), seen=[Seen.of(cell, None)], batch=uuid.uuid4(), final=True)
    assert "No review is overdue" in page(as_(""), "reviews")
    assert (reviews.overdue_count(), reviews.overdue_count(on)) == (0, 1)
    monkeypatch.setattr(timezone, "localdate", lambda *_words: on)
    assert "overdue since" in page(as_(""), "reviews")
    assert "Overdue since" in page(as_(""), "matrix")
    assert "Review overdue" in page(as_(""), "matrix", state="overdue")
    step = as_("").get(reverse("register:change", args=[cell.change.identifier])).content.decode()
    assert "review overdue since" in step and "is overdue for review" in step


def test_the_step_on_the_change_says_what_is_missing(as_: Any, actor: Any, cell: Cell) -> None:
    shown = as_("").get(reverse("register:change", args=[cell.change.identifier])).content.decode()
    assert "Nothing is decided for Booked slots yet." in shown
    empty = making.change(actor, "Not judged")
    shown = as_("").get(reverse("register:change", args=[empty.identifier])).content.decode()
    assert "No run has judged this change yet" in shown


def test_a_run_says_what_it_could_not_place(as_: Any, actor: Any, cell: Cell) -> None:
    from holdfast.web.board.intake import take

    run = making.run()
    take(run, making.findings([making.row("elsewhere")]))
    assert "elsewhere" in page(as_(""), "intake", run.pk)


def test_meetings_from_agenda_to_minutes(as_: Any, actor: Any, cell: Cell) -> None:
    client = as_("decision-maker")
    assert posted(client, "new-meeting", name="", on="").status_code == 400
    posted(client, "new-meeting", name="Committee", on="2026-03-01", group="Board", attendees="A\nB")
    one = Meeting.objects.get()
    posted(client, "arrange", one.pk, how="fill")
    assert [i.cell.practice for i in one.items.all()] == ["Booked slots", "Walk-in queue"]
    second = one.items.get(place=2)
    posted(client, "arrange", one.pk, how="up", item=second.pk)
    assert [i.cell.practice for i in one.items.all()] == ["Walk-in queue", "Booked slots"]
    shown = page(client, "item", one.pk, 2)
    assert "Item 2 of 2" in shown and "Board: A, B" in shown and 'rel="prev"' in shown
    answer = posted(client, "item", one.pk, 2, **whole(cell), final="yes")
    assert answer.status_code == 302 and one.items.get(place=2).decision == Decision.objects.get()
    posted(client, "arrange", one.pk, how="remove", item=one.items.get(place=2).pk)
    assert one.items.count() == 2, "what was decided stays in the minutes"
    assert posted(client, "item", one.pk, 1, note="Wait.", minutes="five", read_at=1).status_code == 400
    assert posted(client, "item", one.pk, 1, note="Wait.", minutes="5", read_at=1).status_code == 302
    stale = posted(client, "item", one.pk, 1, note="Other", minutes="", read_at=1)
    assert stale.status_code == 409 and "Wait." in stale.content.decode() and "Other" in stale.content.decode()
    minutes = page(client, "minutes", one.pk)
    assert "It helps most people." in minutes and "Nothing was made final" in minutes and "Wait." in minutes
    assert posted(client, "edit-meeting", one.pk, name="New", on="2026-03-02", read_at=1).status_code == 302
    assert posted(client, "edit-meeting", one.pk, name="Old", on="2026-03-02", read_at=1).status_code == 409


def test_an_error_at_an_item_keeps_the_words(as_: Any, actor: Any, cell: Cell) -> None:
    from holdfast.web.board import meeting

    one = meeting.save(actor, {"name": "M", "on": dt.date(2026, 3, 1)})
    meeting.add(one, [cell], actor)
    answer = posted(as_("all"), "item", one.pk, 1, **whole(cell, verdict="retain", conditions="Kept words"), final="y")
    assert answer.status_code == 400 and "duties are open" in answer.content.decode()
    assert "Kept words" in answer.content.decode()


def test_word_files_open_and_hold_the_words(as_: Any, actor: Any, cell: Cell) -> None:
    import docx

    from holdfast.web.board import meeting

    one = meeting.save(actor, {"name": "Committee \x07" + ODD, "on": dt.date(2026, 3, 1), "attendees": "A\nB"})
    meeting.add(one, [cell], actor)
    meeting.decide_item(one.items.get(), actor, making.words(reasons=ODD), seen=[Seen.of(cell, None)],
                        batch=uuid.uuid4(), dissent=[("", "carer", "Not for us.")], final=True)  # fmt: skip
    for name, wanted in (("agenda-word", "8 of 8"), ("minutes-word", "“Not for us.”")):
        content = as_("all").get(reverse(f"board:{name}", args=[one.pk])).content
        book = docx.Document(io.BytesIO(content))
        text = "\n".join(p.text for p in book.paragraphs)
        assert wanted in text or (name == "agenda-word" and "Involving the public" in text)
        assert round(book.sections[0].page_height.mm) == 297


@pytest.mark.parametrize("name", ["matrix", "cell", "change", "decision", "paper", "item", "minutes", "reviews"])
def test_more_of_everything_costs_no_more_queries(
    name: str, as_: Any, actor: Any, things: dict[str, str], django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from holdfast.web.board import meeting

    where = {"cell": [things["cell"]], "change": [things["board_change"]], "decision": [things["decision"]],
             "paper": [things["meeting"]], "item": [things["meeting"], 1], "minutes": [things["meeting"]]}  # fmt: skip
    client, address = as_("all"), reverse(f"board:{name}", args=where.get(name, []))
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    cells = [making.board(actor, making.many, title=f"Change {n}") for n in range(12)]
    meeting.add(Meeting.objects.get(), cells, actor)
    for one in cells[:6]:
        deciding.decide(actor, making.words(), seen=[Seen.of(one, None)], batch=uuid.uuid4(), final=True,
                        dissent=[("A", "b", "No."), ("B", "c", "Never.")])  # fmt: skip
    with django_assert_max_num_queries(len(few) + 1):
        client.get(address)
