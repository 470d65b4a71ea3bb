"""What the board tells the rooms after it."""

from django.dispatch import Signal

decided = Signal()
"""Sent inside the transaction that makes a decision final, with ``decision`` (board.Decision)."""
