"""Ask least: the statement most worth knowing somebody's answer to, and when to stop asking."""

from holdfast.involve.asking.choosing import Next, next_statement
from holdfast.involve.asking.state import Asking, asking

__all__ = ["Asking", "Next", "asking", "next_statement"]
