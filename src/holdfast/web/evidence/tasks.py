"""What the worker does: each task is one call of a service."""

from __future__ import annotations

from django_tasks import task


@task()
def carry_out_run(pk: int) -> None:
    """Carry out a run, if it is still waiting."""
    from holdfast.web.evidence import working

    working.carry_out(pk)


@task()
def check_dataset(pk: int, stamp: str) -> None:
    """Check a dataset, if nothing has changed since it was asked for."""
    from holdfast.web.evidence import checking

    checking.carry_out(pk, stamp)
