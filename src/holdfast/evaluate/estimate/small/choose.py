"""Which inference a staggered or block comparison gets, from how many sites stand on each side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from holdfast.evaluate.estimate.small.scale import FEWEST_ADOPTERS, FEWEST_PERIODS

Inference = Literal["permutation", "welch", "none"]
MANY_ADOPTERS = 20  # from here Welch's t missed the truth at most 6.2 % of the time overall, and needs no rows
MANY_WEIGHTED = 60  # unequal weights leave Welch's t far too cautious (98 % where 95 % was asked) for longer
FEWEST_ARRANGEMENTS = 20  # below this no result can reach p = 0.05


@dataclass(frozen=True)
class Choice:
    """The inference to use, why, and what it does not cover (sentences for the report)."""

    method: Inference
    reason: str
    caution: str


def choose_inference(
    n_adopters: int,
    n_comparison: int,
    periods_before: int,
    complete: bool = True,
    randomised: bool = False,
    possible: int | None = None,
    weighted: bool = False,
) -> Choice:
    """Permutation below 20 adopters, Welch's t from there; permutation always when the order was randomised.

    periods_before: shared periods before the first adoption. complete: whether every site is seen in every period.
    possible: how many arrangements there are, when strata or a randomisation limit them. weighted: whether site weights
    differ, which keeps permutation in use up to 60 adopters.
    """
    if n_adopters < 1 or n_comparison < 2:
        return Choice("none", f"{n_adopters} adopters and {n_comparison} comparison sites leave nothing to compare", "")
    ways = possible if possible is not None else n_adopters + n_comparison
    if randomised and complete and ways >= FEWEST_ARRANGEMENTS:
        return Choice("permutation", "the order of adoption was randomised, so chance is known exactly", "")
    many = n_adopters >= (MANY_WEIGHTED if weighted else MANY_ADOPTERS)
    if many or not complete or ways < FEWEST_ARRANGEMENTS:
        return _welch(n_adopters, n_comparison, complete, ways, many)
    which = f"{n_adopters} adopters of unequal weight" if weighted else f"{n_adopters} adopters"
    return Choice(
        "permutation",
        f"{which} are too few for analytic errors; the adoption is compared with the ways it could have fallen",
        _caution(n_adopters, periods_before),
    )


def _welch(n_adopters: int, n_comparison: int, complete: bool, ways: int, many: bool) -> Choice:
    if n_adopters < 2:
        why = "too few ways to rearrange one adopter" if complete else "one adopter and missing site-periods"
        return Choice("none", f"{why} among {n_comparison} comparison sites leave no honest error", "")
    reason = (
        f"{n_adopters} adopters allow an unbiased variance with Student's t"
        if many
        else "site-periods are missing, so sites cannot change places; an unbiased variance with Student's t is used"
        if not complete
        else f"only {ways} rearrangements are possible; an unbiased variance with Student's t is used"
    )
    few = "" if n_adopters >= FEWEST_ADOPTERS else "with so few adopters this assumes near-normal averages"
    return Choice("welch", reason, few)


def _caution(n_adopters: int, periods_before: int) -> str:
    if n_adopters >= FEWEST_ADOPTERS:
        return ""
    said = "with fewer than five adopters the interval is for the effect at these sites; others may differ"
    if periods_before < FEWEST_PERIODS:
        said += (
            f"; with {periods_before} shared periods before adoption, adopters noisier than the others would not be "
            "noticed"
        )
    return said
