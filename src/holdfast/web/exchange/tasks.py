"""What the worker does: one call of a service."""

from __future__ import annotations

from django_tasks import task


@task()
def carry_out_arrival(pk: int) -> None:
    """Look at an archive, or bring it in, if it is still waiting."""
    from holdfast.web.exchange import jobs

    jobs.carry_out(pk)
