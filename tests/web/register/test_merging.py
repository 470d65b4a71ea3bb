"""Merging loses nothing: every record can be had back, whatever was merged, edited or undone in between."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from holdfast.web.people.models import AuditEvent
from holdfast.web.register.merging import RefusedError, family, merge, standing
from holdfast.web.register.merging_undoing import foresee, unmerge
from holdfast.web.register.models import Change, ChangeVersion, Term
from holdfast.web.register.models_sorting import MergeEvent
from holdfast.web.register.saving import FIELDS, ConflictError, amend, create, record_of

pytestmark = pytest.mark.django_db
LEAD = "the improvement lead"
_deeds = itertools.count()


def made(title: str, **more: Any) -> Change:
    terms = more.pop("terms", ())
    displaced = more.pop("displaced", ())
    return create(
        LEAD, {"title": title, **more}, terms=[Term.objects.get(code=code) for code in terms], displaced=displaced
    )


def joined(kept: Change, absorbed: Change, deed: str = "", **choices: str) -> MergeEvent:
    kept.refresh_from_db()
    absorbed.refresh_from_db()
    deed = deed or f"deed-{next(_deeds)}"
    return merge(kept, absorbed, LEAD, read_at=(kept.version, absorbed.version), deed=deed, choices=choices)


def apart(event: MergeEvent) -> MergeEvent:
    return unmerge(event, LEAD, deed=f"deed-{next(_deeds)}")


def edited(change: Change, **fields: Any) -> Change:
    change.refresh_from_db()
    return amend(change, LEAD, fields, read_at=change.version)


def plain(change: Change) -> dict[str, Any]:
    record = record_of(Change.objects.get(pk=change.pk))
    return {**record, "displaced": sorted(record["displaced"])}


def test_merging_keeps_one_record_and_all_of_both() -> None:
    a = made(
        "Video clinics",
        description="By video.",
        terms=["kind_service"],
        displaced=["Clinics in rooms"],
    )
    b = made("Clinics by video", needs="Laptops", terms=["kind_technology"], displaced=["Letters"])
    before = plain(b)
    event = joined(a, b, description="both")
    assert plain(a)["title"] == "Video clinics"
    assert plain(a)["needs"] == "Laptops", "the kept record said nothing there"
    assert plain(a)["terms"] == ["kind:kind_service", "kind:kind_technology"]
    assert plain(a)["displaced"] == ["Clinics in rooms", "Letters"]
    b.refresh_from_db()
    assert b.merged_into_id == a.pk and plain(b) == before and b.identifier == f"HF-{b.pk:06d}"
    assert event.absorbed_before["record"]["needs"] == "Laptops"
    assert set(family(a)) == {a.pk, b.pk} and standing(b).pk == a.pk
    assert AuditEvent.objects.filter(kind="merge", subject=str(event.pk)).count() == 1


def test_both_texts_stand_one_after_the_other() -> None:
    a, b = made("A", description="First."), made("B", description="Second.")
    joined(a, b, description="both", title="other")
    assert plain(a)["description"] == "First.\n\nSecond."
    assert plain(a)["title"] == "B"


def test_a_record_holds_one_term_of_a_list_that_allows_one() -> None:
    a, b = made("A", terms=["origin_top"]), made("B", terms=["origin_bottom", "level_team"])
    joined(a, b)
    assert plain(a)["terms"] == ["level:level_team", "origin:origin_top"]


def test_undoing_gives_both_back_as_they_were() -> None:
    a, b = (
        made("A", description="First.", terms=["kind_service"]),
        made("B", description="Second.", displaced=["X"], cost=5),
    )
    one, two = plain(a), plain(b)
    event = joined(a, b, description="other", title="other")
    assert plain(a) != one
    done = apart(event)
    assert plain(a) == one and plain(b) == two and done.stayed == []
    assert Change.objects.get(pk=b.pk).merged_into_id is None
    assert family(a) == [a.pk]


def test_what_was_edited_since_stays_and_is_said() -> None:
    a, b = made("A", description="First."), made("B", description="Second.", needs="Laptops")
    event = joined(a, b, description="other")
    edited(a, description="Rewritten by hand.")
    foreseen = foresee(event)
    done = apart(event)
    assert plain(a)["description"] == "Rewritten by hand."
    assert plain(a)["needs"] == ""
    assert done.stayed == foreseen.stayed and len(done.stayed) == 1 and "has been edited since" in done.stayed[0]
    assert plain(b)["description"] == "Second."


def test_an_added_paragraph_goes_and_the_edits_around_it_stay() -> None:
    a, b = made("A", description="First."), made("B", description="Second.")
    event = joined(a, b, description="both")
    edited(a, description="First, better.\n\nSecond.\n\nAnd a third.")
    assert apart(event).stayed == []
    assert plain(a)["description"] == "First, better.\n\nAnd a third."


def test_a_merge_beneath_another_can_be_undone_by_itself() -> None:
    a, b, c = made("A", description="a", terms=["kind_service"]), made("B", description="b"), made("C", description="c")
    pictures = [plain(x) for x in (a, b, c)]
    first = joined(b, a, description="other", title="other")
    second = joined(c, b, description="other", title="other")
    assert plain(c)["description"] == "a" and "kind:kind_service" in plain(c)["terms"]
    assert set(family(c)) == {a.pk, b.pk, c.pk}
    apart(first)
    assert plain(a) == pictures[0]
    assert plain(c)["description"] == "b" and plain(c)["title"] == "B" and plain(c)["terms"] == []
    assert set(family(c)) == {b.pk, c.pk}
    apart(second)
    assert [plain(x) for x in (a, b, c)] == pictures


def test_an_earlier_merge_is_undone_from_under_a_later_one() -> None:
    a, b, c = made("A", description="a"), made("B", description="b"), made("C", description="c")
    one = joined(a, b, description="other")
    two = joined(a, c, description="other")
    apart(one)
    assert plain(a)["description"] == "c", "the later merge's words stand"
    apart(two)
    assert plain(a)["description"] == "a", "not b, whose record stands by itself"


def test_a_term_that_two_records_brought_goes_with_the_second() -> None:
    a, b, c = made("A"), made("B", terms=["kind_service"]), made("C", terms=["kind_service"])
    one, two = joined(a, b), joined(a, c)
    apart(one)
    assert plain(a)["terms"] == ["kind:kind_service"]
    apart(two)
    assert plain(a)["terms"] == []


def test_the_same_deed_twice_is_done_once() -> None:
    a, b = made("A"), made("B")
    once = joined(a, b, deed="same")
    again = merge(a, b, LEAD, read_at=(1, 1), deed="same")
    assert again.pk == once.pk and MergeEvent.objects.count() == 1
    versions = ChangeVersion.objects.count()
    apart(once)
    apart(once)
    assert ChangeVersion.objects.count() == versions + 1
    with pytest.raises(RefusedError, match="already used"):
        merge(a, made("C"), LEAD, read_at=(1, 1), deed="same")


def test_no_circles_and_no_record_in_two_places() -> None:
    a, b, c = made("A"), made("B"), made("C")
    with pytest.raises(RefusedError, match="into itself"):
        merge(a, a, LEAD, read_at=(1, 1), deed="x")
    joined(a, b)
    for kept, absorbed in ((b, a), (c, b), (a, b)):
        with pytest.raises(ConflictError):
            joined(kept, absorbed)


def test_a_record_saved_since_it_was_read_is_not_merged() -> None:
    a, b = made("A"), made("B")
    edited(b, title="B, better")
    with pytest.raises(ConflictError) as told:
        merge(a, b, LEAD, read_at=(1, 1), deed="x")
    assert told.value.current.pk == b.pk
    assert not MergeEvent.objects.exists() and plain(a)["title"] == "A"


def test_an_edit_begun_before_the_merge_meets_a_conflict() -> None:
    a, b = made("A"), made("B")
    joined(a, b)
    for change in (a, b):
        with pytest.raises(ConflictError):
            amend(change, LEAD, {"title": "Lost?"}, read_at=1)


def test_one_answer_fields_cannot_hold_both() -> None:
    with pytest.raises(RefusedError, match="Only one of the two"):
        joined(made("A"), made("B"), title="both")


WORDS = ("description", "needs", "mechanism")
MERGE = st.tuples(
    st.just("merge"), st.integers(0, 3), st.integers(0, 3), st.sampled_from(["other", "other", "both", "kept"])
)
UNDO = st.tuples(st.just("undo"), st.integers(0, 5))
EDIT = st.tuples(st.just("edit"), st.integers(0, 3), st.sampled_from(WORDS))
STEPS = st.tuples(
    st.lists(MERGE, min_size=3, max_size=6), st.lists(st.one_of(MERGE, UNDO, UNDO, EDIT), max_size=5)
).map(lambda both: [*both[0], *both[1]])
"""Some merges, of which several are possible, and then a bit of everything."""


def _four() -> list[Change]:
    marks = [["kind_service"], ["kind_service", "level_team"], [], ["setting_acute", "origin_top"]]
    return [
        made(f"T{i}", description=f"d{i}", needs=f"n{i}" if i % 2 else "", terms=mark, displaced=[f"old {i}", "shared"])
        for i, mark in enumerate(marks)
    ]


def _only_its_own(changes: list[Change]) -> None:
    """A record that stands says what it and those merged into it say, or an edit, and nothing of any other."""
    for change in Change.objects.filter(pk__in=[c.pk for c in changes], merged_into=None):
        inside = {place for place, other in enumerate(changes) if other.pk in family(change)}
        for name, mark in (("description", "d"), ("needs", "n"), ("title", "T")):
            for words in filter(None, str(getattr(change, name)).split("\n\n")):
                assert words.startswith("edit") or (words[0] == mark and int(words[1:]) in inside), (name, words)


def _play(changes: list[Change], steps: list[Any]) -> tuple[list[MergeEvent], set[tuple[int, str]], set[str]]:
    """Take the steps that are possible; return the merges that hold, the fields edited, and every text written."""
    held: list[MergeEvent] = []
    edits: set[tuple[int, str]] = set()
    texts: set[str] = set()
    for place, (kind, *words) in enumerate(steps):
        if kind == "merge":
            kept, absorbed = (Change.objects.get(pk=changes[i].pk) for i in words[:2])
            if kept.pk == absorbed.pk or kept.merged_into_id or absorbed.merged_into_id:
                continue
            held.append(joined(kept, absorbed, title="other", **dict.fromkeys(WORDS, words[2])))
        elif kind == "undo" and held:
            apart(held.pop(words[0] % len(held)))
            _only_its_own(changes)
        elif kind == "edit":
            change = standing(Change.objects.get(pk=changes[words[0]].pk))
            text = f"edit {place}"
            edited(change, **{words[1]: text})
            edits |= {(number, words[1]) for number in family(change)}
            texts.add(text)
    return held, edits, texts


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS, order=st.randoms(use_true_random=False))
def test_whatever_is_done_everything_can_be_had_back(db: None, steps: list[Any], order: Any) -> None:
    changes = _four()
    pictures = {change.pk: plain(change) for change in changes}
    held, edits, texts = _play(changes, steps)
    for event in held:
        assert plain(event.absorbed)["title"], "an absorbed record keeps its page"
    order.shuffle(held)
    for event in held:
        apart(event)
        _only_its_own(changes)
    assert not Change.objects.filter(pk__in=pictures, merged_into__isnull=False).exists()
    for number, picture in pictures.items():
        now = plain(Change.objects.get(pk=number))
        for name in (*FIELDS, "terms", "displaced"):
            if name in WORDS and {(n, name) for n in pictures} & edits:
                continue
            assert now[name] == picture[name], (number, name)
    versions = list(ChangeVersion.objects.filter(change__in=pictures))
    written = texts | {picture[name] for picture in pictures.values() for name in WORDS}
    kept_words = {str(v.record[name]) for v in versions for name in WORDS}
    assert all(any(text in words for words in kept_words) for text in written), "a text is in no version"
    for number in pictures:
        numbers = sorted(v.version for v in versions if v.change_id == number)
        assert numbers == list(range(1, len(numbers) + 1)), "a version is missing"
