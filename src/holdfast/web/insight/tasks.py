"""What the worker does: one call of a service."""

from __future__ import annotations

from django_tasks import task


@task()
def read_changes() -> None:
    """Have the sentence embedding read the changes that it has not read."""
    from holdfast.web.insight import embedding

    embedding.read_changes()


@task()
def carry_out_job(kind: str, pk: int) -> None:
    """Carry out a delivery, a learning or an asking, if it is still waiting."""
    from holdfast.web.insight import jobs

    jobs.carry_out(kind, pk)
