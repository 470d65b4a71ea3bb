"""Work in the background: a worker that was given up writes nothing, and an older learning undoes no later one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.web.insight import making

from holdfast.web.insight import jobs, learning
from holdfast.web.insight.models import Learning, Suggestion
from holdfast.web.insight.pages.shared import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(person: Callable[..., Any]) -> Any:
    return person("improvement-lead")


def _claimed(job: Learning) -> Any:
    return jobs._claim(Learning, job.pk)


@pytest.mark.parametrize("failed", [False, True])
def test_a_worker_that_was_given_up_is_never_taken_for_a_later_one(lead: Any, failed: bool) -> None:
    job = learning.ask(making.themes(), lead)
    gone = [_claimed(job)]
    if failed:
        jobs._end(gone[0], "failed", "why")
    else:
        jobs.give_up(gone[0])
        gone.append(_claimed(job))
        jobs.give_up(gone[1])
    job.refresh_from_db()
    jobs.again(job, lead)
    job.refresh_from_db()
    assert words(job) == "It is waiting to begin."
    later = _claimed(job)
    for zombie in gone:
        with pytest.raises(jobs.LostError):
            jobs.still_mine(zombie)
        with pytest.raises(jobs.LostError):
            jobs.tell(zombie, "writing", 1, 2)
    assert jobs.still_mine(later).pk == job.pk


def test_a_job_asked_for_again_has_its_two_tries_anew(lead: Any) -> None:
    job = learning.ask(making.themes(), lead)
    for _round in range(2):
        states = []
        for _try in range(2):
            jobs.give_up(_claimed(job))
            job.refresh_from_db()
            states.append(job.state)
        assert states == ["waiting", "interrupted"]
        jobs.again(job, lead)


def test_an_older_learning_that_ends_last_leaves_the_later_one_s_suggestions(
    lead: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    making.survey(lead, making.answers(40))
    themes = making.themes()
    making.code_all(lead, themes, 9)
    first, later = learning.ask(themes, lead), []
    real = learning.suggest_all

    def overtaken(*told: Any, **more: Any) -> Any:
        found = real(*told, **more)
        monkeypatch.setattr(learning, "suggest_all", real)
        later.append(learning.ask(themes, lead))
        jobs.carry_out("learning", later[0].pk)  # another worker, meanwhile
        return found

    monkeypatch.setattr(learning, "suggest_all", overtaken)
    jobs.carry_out("learning", first.pk)
    first.refresh_from_db()
    assert first.state == "done" and first.told == {}
    assert learning.latest(themes) == later[0] and later[0] != first
    assert set(Suggestion.objects.values_list("learning", flat=True)) == {later[0].pk}
