"""The rules, in order: the first that fires gives the verdict. Each says what it asks for, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from holdfast.decide.gates import (
    blocked_by_claim,
    futile_at_a_price,
    gates_pass,
    harms,
    helps,
    outranked,
    unsuitable,
)
from holdfast.decide.quantities import Quantities, Thresholds

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Test = Callable[[Quantities, Thresholds], Bools]
KEEP_LEARNING: Final = "keep learning"


@dataclass(frozen=True)
class Rule:
    """One rule: when it fires, the verdict it gives, and both in words."""

    name: str
    practice: Literal["introduced", "displaced"]
    verdict: str
    fires: Test
    words: str
    """What the rule found, as a sentence for the cell."""
    asks: str
    """What it asks for; names in braces are the policy's."""

    def asked(self, numbers: Mapping[str, object]) -> str:
        """What it asks for, with the policy's numbers."""
        return self.asks.format_map(numbers)


INTRODUCED: Final = (
    Rule(
        "cannot tell yet",
        "introduced",
        KEEP_LEARNING,
        lambda q, t: ~q.answerable,
        "The effect cannot be told yet.",
        "the primary effect is not answerable for this cell",
    ),
    Rule(
        "not sure enough",
        "introduced",
        KEEP_LEARNING,
        lambda q, t: np.asarray(q.certainty < t.minimum_certainty),
        "The evidence is less certain than the policy asks for.",
        "certainty is below {minimum_certainty}, or was not assessed",
    ),
    Rule(
        "retain",
        "introduced",
        "retain",
        lambda q, t: helps(q, t) & gates_pass(q, t) & ~q.lacking & (q.claim >= t.retain_claim),
        "It helps, and nothing known stands against it.",
        "benefit ≥ {retain_benefit} and improves ≥ {retain_improves}, harm ≤ {retain_harm}, gap ≤ {retain_gap}, no "
        "role opposed, what the policy must have ({must_have}) known, claim ≥ {retain_claim}",
    ),
    Rule(
        "adapt: mend it",
        "introduced",
        "adapt",
        lambda q, t: helps(q, t) & ~gates_pass(q, t) & (q.claim >= t.adapt_claim) & ~outranked(q, t),
        "It helps, but something stands against keeping it as it is.",
        "benefit ≥ {retain_benefit} and improves ≥ {retain_improves}, but harm, the gap or a role stands against it; "
        "claim ≥ {adapt_claim}",
    ),
    Rule(
        "stop: harm",
        "introduced",
        "stop",
        lambda q, t: harms(q, t) & (q.claim >= t.stop_claim),
        "It probably does harm.",
        "harm ≥ {stop_harm} on a measure whose certainty and claim suffice; claim ≥ {stop_claim}",
    ),
    Rule(
        "adapt: not as it is here",
        "introduced",
        "adapt",
        lambda q, t: unsuitable(q, t) & (q.claim >= t.adapt_claim),
        "It works elsewhere and credibly not here.",
        "P(works in its best other place and not here) ≥ {adapt_elsewhere}; claim ≥ {adapt_claim}",
    ),
    Rule(
        "stop: futile",
        "introduced",
        "stop",
        lambda q, t: futile_at_a_price(q, t) & (q.claim >= t.stop_claim),
        "It makes no difference that matters, and it costs or is opposed.",
        "futile ≥ {stop_futile}, and there is a running cost or a role opposes; claim ≥ {stop_claim}",
    ),
    Rule(
        "no comparison",
        "introduced",
        KEEP_LEARNING,
        blocked_by_claim,
        "On its face a verdict is reached, but the design's claim is too weak for it.",
        "a rule above has its numbers but not its claim",
    ),
    Rule(
        "something required is not known",
        "introduced",
        KEEP_LEARNING,
        lambda q, t: helps(q, t) & gates_pass(q, t) & q.lacking,
        "It helps, but something the policy insists on is not known.",
        "the numbers of retain are met but something the policy must have ({must_have}) is not known",
    ),
    Rule(
        "futile, at no known price",
        "introduced",
        KEEP_LEARNING,
        lambda q, t: np.asarray(q.futile >= t.stop_futile),
        "It makes no difference that matters, but no cost and no opposition is known, so nothing says to stop it.",
        "futile ≥ {stop_futile} with neither a cost nor opposition recorded",
    ),
    Rule(
        "undecided",
        "introduced",
        KEEP_LEARNING,
        lambda q, t: np.ones_like(q.answerable),
        "No rule is reached.",
        "otherwise",
    ),
)

NOT_SUITABLE: Final = "adapt: not as it is here"


def _beside(verdicts: Collection[str] = (), rules: Collection[str] = ()) -> Test:
    """Whether the introduced practice in the same cell got one of these verdicts, or fell to one of these rules."""
    wanted = np.array([rule.verdict in verdicts or rule.name in rules for rule in INTRODUCED])
    return lambda q, t: np.asarray(wanted[q.beside])


DISPLACED: Final = (
    Rule(
        "reinstate: suspension did harm",
        "displaced",
        "reinstate",
        lambda q, t: np.asarray(q.suspension >= t.reinstate_harm),
        "Suspending it has probably done harm.",
        "P(a measure of the displaced practice is worse) ≥ {reinstate_harm}, on a measure whose certainty and claim "
        "({reinstate_claim}) suffice",
    ),
    Rule(
        "reinstate: its replacement is stopped",
        "displaced",
        "reinstate",
        _beside(verdicts=["stop"]),
        "What replaced it is judged stop here.",
        "the introduced practice is judged stop in the same cell",
    ),
    Rule(
        "reinstate: its replacement does not suit",
        "displaced",
        "reinstate",
        _beside(rules=[NOT_SUITABLE]),
        "What replaced it works elsewhere and credibly not here.",
        "the introduced practice works elsewhere and credibly not here",
    ),
    Rule(
        "no ground to reinstate",
        "displaced",
        KEEP_LEARNING,
        _beside(verdicts=["retain", "adapt"]),
        "What replaced it is to be kept here, and no harm from suspending it is known.",
        "the introduced practice is judged retain, or adapt by mending it",
    ),
    Rule(
        "undecided (displaced)",
        "displaced",
        KEEP_LEARNING,
        lambda q, t: np.ones_like(q.answerable),
        "No rule to reinstate it is reached.",
        "otherwise",
    ),
)

RULES: Final = (*INTRODUCED, *DISPLACED)
VERDICT: Final = np.array([rule.verdict for rule in RULES])


def first(rules: tuple[Rule, ...], q: Quantities, t: Thresholds) -> Ints:
    """Position of the first rule that fires in each cell; the last rule of a list always does."""
    chosen = np.full(q.answerable.shape, len(rules) - 1, dtype=np.int64)
    for place in range(len(rules) - 2, -1, -1):
        chosen[np.broadcast_to(rules[place].fires(q, t), chosen.shape)] = place
    return chosen


def judge(q: Quantities, t: Thresholds) -> Ints:
    """Position in ``RULES`` of the rule that judges each cell."""
    introduced = first(INTRODUCED, q, t)
    if not q.displaced.any():
        return introduced
    displaced = len(INTRODUCED) + first(DISPLACED, replace(q, beside=introduced), t)
    return np.where(q.displaced, displaced, introduced)
