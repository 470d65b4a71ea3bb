"""Files and statements that are not as they should be: refused by name, looked at quickly, and never half read."""

from __future__ import annotations

import io
import random
import zipfile
from difflib import SequenceMatcher
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.web.voices import talking

from holdfast.web.voices import files, moderating, taking, typing_in
from holdfast.web.voices.models import Batch, Makeup, Preference, Statement, Vote

pytestmark = pytest.mark.django_db
ROLE = "improvement-lead"


def _file(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("voices.csv", text.encode("utf-8"), "text/csv")


def test_a_row_with_more_cells_than_columns_is_refused_and_named(as_: Any) -> None:
    """A comma in words that nothing quotes would move each vote to the next statement."""
    one = talking.change()
    first, second, *_others = talking.statements(one)
    client, where = as_(ROLE), reverse("voices:batch", args=[one.identifier])
    rows = [
        f"role,prefer1,words,s{first.pk},s{second.pk}",
        "patients,retain,yes, agree,disagree,pass",
        "patients,retain,yes, agree,disagree,",
        'patients,retain,"yes, agree",disagree,pass',
    ]
    client.post(where, {"name": "Drop-in", "channel": "paper", "file": _file("\n".join(rows))})
    assert Preference.objects.get().words == "yes, agree"
    assert [(v.statement_id, v.vote) for v in Vote.objects.order_by("id")] == [(first.pk, -1), (second.pk, 0)]
    refused = {row["line"]: row["why"] for row in Batch.objects.get().refused}
    assert set(refused) == {2, 3} and all("quotation marks" in why for why in refused.values())
    unnamed = f"role,s{first.pk},\npatients,agree,agree\npatients,agree,\n"
    found = typing_in.read(typing_in.Sheet.of(one), files.rows_of(unnamed.encode()))
    assert [row["line"] for row in found.refused] == [2] and len(found.people) == 1


def test_paper_may_wish_for_a_practice_what_somebody_online_may(as_: Any) -> None:
    one = talking.change()
    sheet = typing_in.Sheet.of(one)
    rows = [{"prefer1": wish} for wish in ("retain", "reinstate")] + [{"prefer2": w} for w in ("stop", "retain")]
    found = typing_in.read(sheet, rows)
    assert [p["prefers"] for p in found.people] == [
        {"Video clinics": "retain"}, {"Video clinics": "reinstate"}, {"Walk-in clinics": "stop"}
    ]  # fmt: skip
    assert [row["line"] for row in found.refused] == [5] and "reinstate, adapt, stop" in found.refused[0]["why"]
    page = as_(ROLE).get(reverse("voices:batch", args=[one.identifier])).content.decode()
    grid = page.split('<select name="r1-prefer2"')[1].split("</select>")[0]
    assert "reinstate" in grid and "retain" not in grid
    assert "what should happen to “<bdi>Walk-in clinics</bdi>”: reinstate, adapt, stop" in page


def test_a_make_up_that_is_too_large_or_has_stray_cells_is_refused_whole(as_: Any) -> None:
    client, where = as_(ROLE), reverse("voices:makeup")
    large = "dimension,level,people,note\n" + "".join(f"age,level {n},123456,{'x' * 2_100}\n" for n in range(1_000))
    got = client.post(where, {"source": "Census", "file": _file(large)})
    assert got.status_code == 422 and b"larger than 2 MB" in got.content
    got = client.post(where, {"source": "Census", "file": _file("dimension,level,people\nage,Under 18,1,000\n")})
    assert got.status_code == 422 and b"Line 2" in got.content and b"quotation marks" in got.content
    assert not Makeup.objects.exists()


def test_copies_are_looked_for_in_the_whole_family_and_quickly(person: Any, django_assert_max_num_queries: Any) -> None:
    import time

    from holdfast.web.register.merging import merge

    by = person(ROLE)
    kept, other = talking.change(by), talking.change(by, "Skin clinics on a screen")
    [there] = talking.statements(kept, ("Video works as well as coming in.",))
    [somebody] = talking.people(other, "patients", 1, 1, "retain")
    proposed = taking.propose(somebody, "Video works as well as coming in!")
    merge(kept, other, by, read_at=(1, 1), deed="x")
    held = Statement.objects.select_related("change").get(pk=proposed.pk)
    with django_assert_max_num_queries(5):
        assert [one.pk for one, _score in moderating.like([held])[held.pk]] == [there.pk]
    rng = random.Random(1)
    words = ("clinic", "video", "nurse", "waiting", "home", "travel", "phone", "people", "easier", "worse", "later")
    texts = [" ".join(rng.choices(words, k=22))[:180] for _ in range(2_001)]
    others = [Statement(pk=n, text=text) for n, text in enumerate(texts[1:], 1)]
    began = time.perf_counter()
    found = moderating.nearest(texts[0], others)
    assert time.perf_counter() - began < 0.4  # 1.4 s where each is looked at closely
    slow = sorted((SequenceMatcher(None, texts[0], one.text, autojunk=False).ratio(), one.pk) for one in others[:300])
    assert [one.pk for one, _s in moderating.nearest(texts[0], others[:300])] == [
        pk for score, pk in reversed(slow) if score >= moderating.ALIKE
    ][:3]
    assert all(score >= moderating.ALIKE for _one, score in found)


def test_an_export_in_odd_shapes_is_told_of_and_is_no_error_of_ours(as_: Any) -> None:
    one = talking.change()

    def sent(**files: str | bytes) -> Any:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            for name, content in files.items():
                packed.writestr(name.replace("__", "-").replace("_", "."), content)
        file = SimpleUploadedFile("talk.zip", out.getvalue())
        return as_(ROLE).post(reverse("voices:import", args=[one.identifier]), {"file": file})

    comments = "comment-id,comment-body,moderated\n0,Fine,1\n"
    votes = "timestamp,comment-id,voter-id,vote\n1616161616161616161,0,5,1\n"
    got = sent(comments_csv=comments, votes_csv=votes)
    assert got.status_code == 200 and b"a time cannot be read" in got.content
    assert Vote.objects.count() == 1
    got = sent(comments_csv=comments, votes_csv=votes, summary_csv=b"topic,caf\xe9\n")
    assert got.status_code == 200 and b"summary.csv" in got.content
    shapes = {
        "comments_json": '[{"tid": 0, "txt": "Fine", "mod": 1}]',
        "votes_json": '[{"pid": 1, "tid": 0, "vote": 1}]',
    }
    got = sent(**shapes, math__pca2_json='{"base-clusters": []}')
    assert got.status_code == 200 and b"opinion groups are not in the server" in got.content
