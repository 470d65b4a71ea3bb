"""What the voices leave to the background."""

from __future__ import annotations

from django_tasks import task


@task()
def refresh(change: int) -> None:
    """Make the results of a large conversation, and the state that chooses what to ask, afresh."""
    from holdfast.web.register import merging
    from holdfast.web.register.models import Change
    from holdfast.web.voices import choosing
    from holdfast.web.voices.results import keeping

    held = Change.objects.filter(pk=change).first()
    if held is not None:
        choosing.make(merging.family(held))
        keeping.make(held)
