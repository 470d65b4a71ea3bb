"""Several people at once: one wins, the others get a clear conflict, and nothing is half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from holdfast.web.register.merging import family, merge
from holdfast.web.register.merging_undoing import unmerge
from holdfast.web.register.models import Change, ChangeVersion
from holdfast.web.register.models_sorting import MergeEvent
from holdfast.web.register.saving import ConflictError, amend, create

pytestmark = pytest.mark.django_db(transaction=True)


def made(*titles: str) -> list[Change]:
    return [create("a test", {"title": title, "description": title.lower()}) for title in titles]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or raised, all begun together, each with a connection of its own."""
    told: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def run(place: int) -> None:
        try:
            ready.wait(10)
            told[place] = acts[place]()
        except Exception as raised:  # the test looks at what it was
            told[place] = raised
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


def of(told: list[Any], kind: type) -> list[Any]:
    return [one for one in told if isinstance(one, kind)]


def whole() -> None:
    """Each record's versions have no gap, its record is its newest version, and merges and records agree."""
    from holdfast.web.register.saving import record_of

    for change in Change.objects.all():
        versions = list(ChangeVersion.objects.filter(change=change).order_by("version"))
        assert [held.version for held in versions] == list(range(1, change.version + 1))
        assert versions[-1].record == record_of(change)
        holding = MergeEvent.objects.filter(absorbed=change, undone_at=None).first()
        assert (holding.kept_id if holding else None) == change.merged_into_id


def test_two_merges_of_one_record_at_once() -> None:
    a, b, c = made("A", "B", "C")
    told = at_once(
        lambda: merge(a, b, "one", read_at=(1, 1), deed="one", choices={"description": "both"}),
        lambda: merge(c, b, "two", read_at=(1, 1), deed="two", choices={"description": "both"}),
    )
    assert len(of(told, MergeEvent)) == 1 and len(of(told, ConflictError)) == 1, told
    assert MergeEvent.objects.count() == 1
    whole()


def test_two_records_merged_into_each_other_at_once() -> None:
    a, b = made("A", "B")
    told = at_once(
        lambda: merge(a, b, "one", read_at=(1, 1), deed="one"),
        lambda: merge(b, a, "two", read_at=(1, 1), deed="two"),
    )
    assert len(of(told, MergeEvent)) == 1 and len(of(told, ConflictError)) == 1, told
    assert Change.objects.filter(merged_into=None).count() == 1
    whole()


def test_the_same_form_sent_four_times_at_once_merges_once() -> None:
    a, b = made("A", "B")
    told = at_once(*[lambda: merge(a, b, "one", read_at=(1, 1), deed="same")] * 4)
    assert len({event.pk for event in of(told, MergeEvent)}) == 1 and len(of(told, MergeEvent)) == 4, told
    assert Change.objects.get(pk=a.pk).version == 2
    whole()


@pytest.mark.parametrize("side", ["kept", "absorbed"])
def test_an_edit_and_a_merge_at_once(side: str) -> None:
    a, b = made("A", "B")
    target = a if side == "kept" else b
    told = at_once(
        lambda: merge(a, b, "one", read_at=(1, 1), deed="one", choices={"description": "both"}),
        lambda: amend(target, "two", {"needs": "typed by hand"}, read_at=1),
    )
    assert len(of(told, ConflictError)) == 1, told
    if of(told, Change):
        assert Change.objects.get(pk=target.pk).needs == "typed by hand"
        assert not MergeEvent.objects.exists()
    else:
        assert MergeEvent.objects.count() == 1
    whole()


def test_a_merge_of_the_family_while_one_of_it_is_taken_out() -> None:
    a, b, c = made("A", "B", "C")
    event = merge(a, b, "one", read_at=(1, 1), deed="first", choices={"description": "both"})
    told = at_once(
        lambda: unmerge(event, "one", deed="undo"),
        lambda: merge(c, a, "two", read_at=(1, 2), deed="second", choices={"description": "other"}),
    )
    assert not [one for one in told if isinstance(one, Exception) and not isinstance(one, ConflictError)], told
    event.refresh_from_db()
    assert event.undone_at is not None, "undoing can always be done"
    assert Change.objects.get(pk=b.pk).merged_into_id is None
    stands = Change.objects.get(pk=c.pk if of(told[1:], MergeEvent) else a.pk)
    assert stands.description == "a", "b's words went out, whichever was first"
    assert b.pk not in family(stands)
    whole()


def test_many_merges_and_undoings_at_once_leave_every_record_whole() -> None:
    changes = made("A", "B", "C", "D")
    events = [
        merge(changes[0], changes[1], "one", read_at=(1, 1), deed="x"),
        merge(changes[2], changes[3], "one", read_at=(1, 1), deed="y"),
    ]
    told = at_once(
        lambda: unmerge(events[0], "one", deed="u1"),
        lambda: unmerge(events[0], "two", deed="u2"),
        lambda: unmerge(events[1], "one", deed="u3"),
        lambda: merge(changes[0], changes[2], "two", read_at=(2, 2), deed="z"),
    )
    assert not [one for one in told if isinstance(one, Exception) and not isinstance(one, ConflictError)], told
    whole()
    for event in MergeEvent.objects.filter(undone_at=None):
        unmerge(event, "one", deed=f"last {event.pk}")
    assert [Change.objects.get(pk=change.pk).description for change in changes] == ["a", "b", "c", "d"]
    whole()
