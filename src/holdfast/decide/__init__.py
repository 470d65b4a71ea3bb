"""Decide: findings and a policy to a recommendation for each practice, population and setting. Pure functions."""

from holdfast.decide.compare import Difference, compare
from holdfast.decide.deciding import decide, flip_points
from holdfast.decide.flips import Flip
from holdfast.decide.score import Score, TrueCell, score

__all__ = ["Difference", "Flip", "Score", "TrueCell", "compare", "decide", "flip_points", "score"]
