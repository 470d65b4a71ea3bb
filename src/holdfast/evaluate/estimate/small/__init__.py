"""Inference that stays honest with one, two, five or twenty adopters."""

from holdfast.evaluate.estimate.small.arrangements import Arrangements, arrangements, declared, size_bands
from holdfast.evaluate.estimate.small.choose import Choice, choose_inference
from holdfast.evaluate.estimate.small.linear import Aggregates
from holdfast.evaluate.estimate.small.permute import permutation, permutations
from holdfast.evaluate.estimate.small.result import PermutationEffects, WelchEffects
from holdfast.evaluate.estimate.small.welch import t_interval, welch

__all__ = [
    "Aggregates", "Arrangements", "Choice", "PermutationEffects", "WelchEffects", "arrangements", "choose_inference",
    "declared", "permutation", "permutations", "size_bands", "t_interval", "welch",
]  # fmt: skip
