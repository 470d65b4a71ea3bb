"""Other machines: off unless the server is set so; told apart from people; measured on what people coded."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from tests.web.insight import making

from holdfast.understand.alike.word_vectors import packaged
from holdfast.web.environment import Environment
from holdfast.web.insight import alike, asking, coding, embedding, jobs, looking
from holdfast.web.insight.models import Asking, Coding, Comment, Hint, Learning, Suggestion, Vector
from holdfast.web.people.models import AuditEvent
from holdfast.web.register import saving, similar

pytestmark = pytest.mark.django_db
NAMES = ("HOLDFAST_LLM_URL", "HOLDFAST_LLM_MODEL")


class Model:
    """A chat endpoint on this machine that keeps what it was sent; a test writes its answers."""

    def __init__(self) -> None:
        self.status, self.sent, self.keys = 200, list[dict[str, Any]](), list[str | None]()
        self.answer: Callable[[str], list[dict[str, str]]] = by_rule
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                question = json.loads(body["messages"][1]["content"])
                model.sent.append(question)
                model.keys.append(self.headers.get("Authorization"))
                told = [{"id": one["id"], "codes": model.answer(one["text"])} for one in question["comments"]]
                content = json.dumps({"comments": told})
                reply = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
                self.send_response(model.status)
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()


def by_rule(text: str) -> list[dict[str, str]]:
    """Right about video, and finds a team wherever somebody is named a nurse; once it makes words up."""
    found = [{"code": "digital", "quote": word} for word in ("video", "booking", "app") if word in text][:1]
    found += [{"code": "team", "quote": "nurses"}] if "nurses" in text else []
    return found or [{"code": "team", "quote": "words that nobody said"}]


@pytest.fixture
def model(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """A language model that the server is set to."""
    made = Model()
    settings.LLM = dict(zip(NAMES, (made.url, "small-model"), strict=True))
    monkeypatch.setenv("HOLDFAST_LLM_KEY", "the-key")
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def coded(person: Callable[..., Any]) -> Any:
    """Comments, some of them coded by a person and learned from."""
    lead = person("improvement-lead")
    making.survey(lead, making.answers(64))
    making.code_all(lead, making.themes(), 40)
    making.learned(lead, making.themes())
    return lead


def _asked(by: Any, amount: int = 50) -> Asking:
    job = asking.ask(making.themes(), by, amount, uuid.uuid4().hex)
    jobs.carry_out("asking", job.pk)
    job.refresh_from_db()
    return job


def test_it_is_off_unless_the_server_is_set(coded: Any, as_: Callable[[str], Client]) -> None:
    page = as_("improvement-lead").get(reverse("insight:themes", args=["seven_themes"])).content.decode()
    assert "language model" not in page
    ask = reverse("insight:ask", args=["seven_themes"])
    assert "set to no language model" in as_("improvement-lead").get(ask).content.decode()
    assert as_("improvement-lead").post(ask, {"once": "12345678", "amount": 50}).status_code == 200
    assert not Asking.objects.exists() and embedding.current() is None
    on = as_("administrator").get(reverse("insight:machines")).content.decode()
    assert on.count("<td>Off</td>") == 2


def test_somebody_asks_and_sees_what_left_and_how_often_it_is_right(
    coded: Any, model: Model, as_: Callable[[str], Client]
) -> None:
    lead = as_("improvement-lead")
    page = lead.get(reverse("insight:ask", args=["seven_themes"])).content.decode()
    assert "Comments will leave this server" in page and model.url in page and not model.sent
    form = {"once": "12345678901", "amount": "50"}
    for _ in range(2):  # sent twice, asked once
        assert lead.post(reverse("insight:ask", args=["seven_themes"]), form).status_code == 302
    job = Asking.objects.get()
    jobs.carry_out("asking", job.pk)
    job.refresh_from_db()
    assert (job.state, len(job.asked), job.left) == ("done", 49, []) and set(model.keys) == {"Bearer the-key"}
    assert job.unfounded == sum(
        not any(w in text for w in ("video", "booking", "app", "nurses")) for text in _sent(model)
    )
    page = lead.get(reverse("insight:themes", args=["seven_themes"])).content.decode()
    assert "49 comments went to" in page and "on the same 25 comments" in page
    theirs, ours = job.told["language model"], job.told["offline"]
    digital = next(row for row in theirs["themes"] if row["theme"] == "digital")
    assert digital["precision"]["value"] == 1.0 and 0 < ours["micro"]["value"] <= 1
    events = AuditEvent.objects.filter(kind="asking")
    assert sum(event.detail.get("comments", 0) for event in events if event.summary.startswith("sent")) == 49
    on = as_("administrator").get(reverse("insight:machines")).content.decode()
    assert f"49 comments to <bdi>small-model at {model.url}</bdi>" in on


def _sent(model: Model) -> list[str]:
    return [one["text"] for question in model.sent for one in question["comments"]]


def test_accuracy_is_by_hand_what_it_says(coded: Any, model: Model) -> None:
    job = _asked(coded)
    golden = set(job.asked) & set(Coding.objects.values_list("comment", flat=True))
    said = {(one.comment_id, one.theme) for one in Hint.objects.filter(comment__in=golden)}
    truth = {(c.comment_id, theme) for c in Coding.objects.filter(comment__in=golden) for theme in c.themes}
    row = next(row for row in job.told["language model"]["themes"] if row["theme"] == "team")
    theirs, right = {p for p in said if p[1] == "team"}, {p for p in truth if p[1] == "team"}
    assert row["support"] == len(right) and row["recall"]["value"] == pytest.approx(len(theirs & right) / len(right))
    assert row["precision"]["value"] == pytest.approx(len(theirs & right) / len(theirs))


def test_the_machine_here_learned_from_none_of_the_comments_it_is_judged_on(
    coded: Any, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast.understand.themes import suggest_all
    from holdfast.web.insight import comparing

    seen: list[tuple[set[str], set[str]]] = []

    def watched(comments: Any, codings: Any, frameworks: Any, **more: Any) -> Any:
        words = {one.id: one.text for one in comments}
        seen.append(({words[one.comment] for one in codings}, set(words.values())))
        return suggest_all(comments, codings, frameworks, **more)

    monkeypatch.setattr(comparing, "suggest_all", watched)
    job = _asked(coded)
    judged = set(Comment.objects.filter(pk__in=job.asked, codings__isnull=False).values_list("text", flat=True))
    assert len(seen) == comparing.PARTS and all(judged - learned for learned, _ in seen)
    assert set.union(*(judged - learned for learned, _ in seen)) == judged


def test_nobody_is_named_and_nothing_but_words_leaves(person: Any, model: Model) -> None:
    lead = person("improvement-lead")
    making.survey(lead, making.answers(12))
    one = Comment.objects.order_by("digest").first()
    assert one is not None
    one.text = "Ring me on 07700 900123 or jo@example.org about the video call"
    one.save()
    _asked(lead)
    every = json.dumps(model.sent)
    assert "07700" not in every and "example.org" not in every and "video call" in every
    assert not any(word in every for word in ("ward", "18-64", "2021", str(one.digest)))
    assert {key for q in model.sent for c in q["comments"] for key in c} == {"id", "text"}


def test_a_model_s_word_is_shown_as_such_and_counted_nowhere(
    coded: Any, model: Model, as_: Callable[[str], Client]
) -> None:
    before, told = list(Suggestion.objects.values("theme", "comment")), looking.look(looking.Asked(making.themes()))
    _asked(coded)
    assert list(Suggestion.objects.values("theme", "comment")) == before
    assert looking.look(looking.Asked(making.themes())) == told
    hint = Hint.objects.filter(comment__codings=None).first()
    assert hint is not None
    by = f"Suggested by <bdi>small-model at {model.url}</bdi>, not by a person"
    lead = as_("improvement-lead")
    assert by in lead.get(reverse("insight:code-one", args=["seven_themes", hint.comment_id])).content.decode()
    assert by in lead.get(reverse("insight:comment", args=[hint.comment_id])).content.decode()
    coding.code(coded, hint.comment, making.themes(), ["team"], uuid.uuid4().hex)
    made = Coding.objects.latest("pk")
    assert "small-model" in made.answers and any("endpoint" in one["made_by"] for one in made.offered)
    making.learned(coded, making.themes())  # learned anew from people only
    assert Hint.objects.filter(pk=hint.pk).exists()


def test_a_later_answer_of_none_takes_earlier_hints_off_the_page(
    coded: Any, model: Model, as_: Callable[[str], Client]
) -> None:
    first = _asked(coded)
    hint = Hint.objects.filter(asking=first).first()
    assert hint is not None
    where = {"vocabulary": making.themes(), "maker": first.maker, "comments": first.comments, "asked": first.asked}
    Asking.objects.create(once="unanswered", left=first.asked, **where)
    assert [one.theme for one in asking.hints(hint.comment, making.themes())] == [hint.theme]
    Asking.objects.create(once="none of them", **where)
    assert asking.hints(hint.comment, making.themes()) == asking.hints(hint.comment) == []
    for name, words in (("code-one", ["seven_themes", hint.comment_id]), ("comment", [hint.comment_id])):
        page = as_("improvement-lead").get(reverse(f"insight:{name}", args=words)).content.decode()
        assert "small-model" not in page


def test_failures_are_told_in_plain_words(coded: Any, model: Model, as_: Callable[[str], Client]) -> None:
    model.status = 401
    job = _asked(coded)
    assert job.state == "failed" and "Check the key in HOLDFAST_LLM_KEY" in job.problem and len(model.sent) == 4
    page = as_("improvement-lead").get(reverse("insight:themes", args=["seven_themes"])).content.decode()
    assert "Check the key" in page and "Ask again for what is left" in page and "the-key" not in page
    model.status = 200
    as_("improvement-lead").post(reverse("insight:again", args=["asking", job.pk]))
    jobs.carry_out("asking", job.pk)
    job.refresh_from_db()
    assert job.state == "done" and len(job.asked) == 49 and not job.left


def test_what_came_back_before_it_broke_is_kept(coded: Any, model: Model) -> None:
    rule = model.answer

    def breaks(text: str) -> list[dict[str, str]]:
        model.status = 500 if len(model.sent) > 1 else 200
        return rule(text)

    model.answer = breaks
    job = _asked(coded)
    assert job.state == "done" and 0 < len(set(job.asked) - set(job.left)) < len(job.comments)
    assert any("500" in words for words in job.problems) and job.told == {"comments": 1, "fewest": 20}


@pytest.mark.parametrize(
    ("held", "words"),
    [({NAMES[0]: "https://x.example/v1"}, "MODEL is not set"), ({NAMES[1]: "m"}, "URL is not set"),
     ({NAMES[0]: "ftp://x", NAMES[1]: "m"}, "should be like"),
     ({NAMES[0]: "https://k:secret@x.example/v1", NAMES[1]: "m"}, "without a key")],
)  # fmt: skip
def test_a_wrong_setting_stops_the_server(held: dict[str, str], words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words) as told:
        Environment(held).endpoint(*NAMES)
    assert "secret" not in str(told.value)


def test_a_folder_without_the_model_stops_the_server(tmp_path: Path) -> None:
    assert Environment({}).holding("HOLDFAST_MINILM", ("a",)) is None
    with pytest.raises(ImproperlyConfigured, match=r"has no model\.safetensors"):
        Environment({"HOLDFAST_MINILM": str(tmp_path)}).holding("HOLDFAST_MINILM", ("model.safetensors",))


@pytest.fixture
def embedded(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A sentence embedding of our own: it knows that a chemist is a pharmacy. It counts what it reads."""
    read: list[int] = []

    def vectors(texts: Any) -> Any:
        read.append(len(texts))
        ideas = (("pharmacy", "chemist"), ("video", "screen"), ("nurse", "team"), ("ward", "bed"))
        rows = np.array([[0.1, *(any(w in t.lower() for w in idea) for idea in ideas)] for t in texts], np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    settings.MINILM = tmp_path
    monkeypatch.setattr(embedding, "load", lambda _folder: vectors)
    monkeypatch.setattr(embedding, "_loaded", embedding._Loaded())
    similar.forget()
    yield read
    similar.forget()


def test_the_embedding_helps_to_find_changes_and_waits_for_the_worker(embedded: list[int], person: Any) -> None:
    lead = person("improvement-lead")
    for at in range(30):
        saving.create(lead, {"title": f"Rota {at} for beds on ward {at}", "description": f"Beds on ward {at}"})
    chemist = saving.create(lead, {"title": "Chemist collects repeat medicine", "description": "Handed over there"})
    told = "Prescriptions are picked up from the local pharmacy by couriers"
    similar.others_like(told)
    assert similar._held.index.meanings.embed is packaged() and sum(embedded) == 0  # nobody waits for it
    assert embedding.read_changes() == 31
    found = similar.others_like(told)
    assert similar._held.index.meanings.embed is not packaged() and chemist.pk == found.closest[0].change.pk
    assert alike.like(told)[0].change.pk == chemist.pk
    before = sum(embedded)
    similar.forget()
    similar.others_like(told)
    assert sum(embedded) == before and Vector.objects.count() >= 31  # what was read is kept


def test_the_embedding_is_learned_with_and_named(embedded: list[int], coded: Any) -> None:
    job = Learning.objects.filter(state="done").latest("pk")
    assert job.told["made_by"].endswith("with all-MiniLM-L6-v2") and Suggestion.objects.exists()
    read = sum(embedded)
    making.learned(coded, making.themes())
    assert sum(embedded) == read


def test_an_embedding_that_is_not_the_model_is_off_and_says_why(
    settings: Any, tmp_path: Path, as_: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text("not it")
    monkeypatch.setattr(embedding, "_loaded", embedding._Loaded())
    settings.MINILM = tmp_path
    assert embedding.current() is None and "SHA-256" in embedding.problem()
    assert "It was not loaded" in as_("administrator").get(reverse("insight:machines")).content.decode()
