"""A few adopters against a weighted comparison, with every placebo enumerated."""

from holdfast.evaluate.estimate.synthetic.block import METHODS, Blocks, Method
from holdfast.evaluate.estimate.synthetic.placebos import NEVER, Placebos, placebos
from holdfast.evaluate.estimate.synthetic.result import PlaceboInterval, SyntheticEffect
from holdfast.evaluate.estimate.synthetic.staggered import synthetic

__all__ = [
    "METHODS", "NEVER", "Blocks", "Method", "PlaceboInterval", "Placebos", "SyntheticEffect", "placebos", "synthetic",
]  # fmt: skip
