"""The endpoint's seam against a real server on this machine, and off unless somebody turns it on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from holdfast.records.frameworks import framework
from holdfast.understand.plugs import Embedding, Endpoint, EndpointError, LanguageModel, ask_endpoint, endpoint_from
from holdfast.understand.redact import redact
from holdfast.understand.themes import OFFLINE, Comment

THEMES = framework("seven_themes")
Answer = Callable[[dict[str, Any]], Any]


class Server:
    """A chat endpoint whose answers a test writes; it keeps what it was sent."""

    def __init__(self) -> None:
        self.answer: Answer = lambda question: {"comments": []}
        self.status = 200
        self.questions: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                question = json.loads(body["messages"][1]["content"])
                server.questions.append(question)
                server.headers.append(dict(self.headers))
                told = server.answer(question)
                content = told if isinstance(told, str) else json.dumps(told)
                reply = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
                self.send_response(server.status if self.path == "/v1/chat/completions" else 404)
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        self.endpoint = Endpoint(f"http://127.0.0.1:{self._http.server_port}/v1", "small-model", timeout=5)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


def _all(code: str, quote: Callable[[str], str]) -> Answer:
    return lambda question: {
        "comments": [
            {"id": c["id"], "codes": [{"code": code, "quote": quote(c["text"])}]} for c in question["comments"]
        ]
    }


def test_a_suggestion_carries_its_quote_and_says_which_model_made_it(server: Server) -> None:
    server.answer = _all("digital", lambda text: text[:11])
    found = ask_endpoint(server.endpoint, [Comment("a", "Video visits work well")], THEMES, redact)
    (one,) = found.suggestions
    assert (one.comment, one.theme, one.quote, one.suggested) == ("a", "digital", "Video visit", True)
    assert one.made_by.startswith("endpoint: small-model at http://127.0.0.1") and one.made_by != OFFLINE
    assert one.probability is None and not found.queued and found.requests == 1


def test_what_is_sent_is_redacted_and_has_no_ids_of_ours(server: Server) -> None:
    ask_endpoint(server.endpoint, [Comment("patient-77", "Ring me on 07700 900123 at M1 1AE")], THEMES, redact)
    sent = json.dumps(server.questions)
    assert "07700" not in sent and "M1 1AE" not in sent and "patient-77" not in sent


def test_a_quote_that_is_not_in_the_text_or_a_code_that_is_not_in_the_framework_is_dropped(server: Server) -> None:
    server.answer = lambda question: {
        "comments": [
            {"id": "1", "codes": [{"code": "digital", "quote": "never said"}, {"code": "made_up", "quote": "Video"}]}
        ]
    }
    found = ask_endpoint(server.endpoint, [Comment("a", "Video visits")], THEMES, redact)
    assert found.suggestions == () and len(found.unfounded) == 2 and not found.queued


def test_ids_that_do_not_come_back_are_asked_singly_and_then_queued(server: Server) -> None:
    def answer(question: dict[str, Any]) -> dict[str, Any]:
        texts = {c["id"]: c["text"] for c in question["comments"]}
        held = [i for i, text in texts.items() if "shy" not in text and (len(texts) == 1 or "single" not in text)]
        return {"comments": [{"id": i, "codes": []} for i in held]}

    server.answer = answer
    comments = [Comment("a", "first"), Comment("b", "only when single"), Comment("c", "always shy")]
    found = ask_endpoint(server.endpoint, comments, THEMES, redact)
    assert found.queued == ("c",)
    assert [len(q["comments"]) for q in server.questions] == [3, 1, 1]


@pytest.mark.parametrize("told", ["not json", "[]", '{"comments": 3}', '{"comments": [7, {"id": "1"}]}'])
def test_an_answer_of_another_shape_is_queued_not_believed(server: Server, told: str) -> None:
    server.answer = lambda question: told
    found = ask_endpoint(server.endpoint, [Comment("a", "first")], THEMES, redact)
    assert found.queued == ("a",) and found.suggestions == ()


def test_a_server_that_refuses_says_what_to_check_and_repeats_nobodys_words(server: Server) -> None:
    server.status = 401
    found = ask_endpoint(server.endpoint, [Comment("a", "a secret complaint")], THEMES, redact)
    (said,) = found.problems
    assert "HOLDFAST_LLM_KEY" in said and "secret" not in said and found.queued == ("a",)
    with pytest.raises(EndpointError, match="no usable answer"):
        Endpoint("http://127.0.0.1:9/v1", "m", timeout=1).answer("", "")


def test_the_key_comes_from_the_environment_and_is_not_kept(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_LLM_KEY", "k-123")
    server.endpoint.answer("", "{}")
    assert server.headers[0]["Authorization"] == "Bearer k-123"
    assert "k-123" not in repr(server.endpoint) and "k-123" not in server.endpoint.name()


def test_long_comments_are_sent_in_batches_and_empty_ones_not_at_all(server: Server) -> None:
    comments = [Comment(str(i), "slow phone line " * 200) for i in range(7)] + [Comment("e", "  ")]
    found = ask_endpoint(server.endpoint, comments, THEMES, redact)
    assert max(len(q["comments"]) for q in server.questions) == 2
    assert "e" not in found.queued


def test_it_is_off_unless_both_settings_are_there() -> None:
    assert endpoint_from({}) is None
    assert endpoint_from({"HOLDFAST_LLM_URL": "https://models.example.org/v1"}) is None
    both = {"HOLDFAST_LLM_URL": "https://models.example.org/v1", "HOLDFAST_LLM_MODEL": "m"}
    assert isinstance(endpoint_from(both), LanguageModel)
    with pytest.raises(ValueError, match="must begin with http"):
        endpoint_from({**both, "HOLDFAST_LLM_URL": "models.example.org"})


def test_any_function_from_texts_to_vectors_is_an_embedding() -> None:
    def lengths(texts: Any, /) -> Any:
        return np.array([[len(text)] for text in texts], dtype=float)

    assert isinstance(lengths, Embedding)
