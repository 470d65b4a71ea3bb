"""What the evidence room tells the rooms after it."""

from django.dispatch import Signal

run_finished = Signal()
"""Sent inside the transaction that marks a run done, with ``run`` (evidence.Run) and ``findings`` (records.Findings,
already released under a disclosure rule). The board takes the recommendations from here."""
