"""How each design works, what it rests on, and the words for verdicts and certainty."""

from __future__ import annotations

from typing import Final

METHOD: Final[dict[str, tuple[str, ...]]] = {
    "staggered difference-in-differences": (
        "Places took up the change at different times. We followed each group of places that started together, and "
        "compared how it moved with how places moved that had not started (Callaway and Sant’Anna 2021).",
        "It rests on this: without the change, both would have moved alike. The checks test that as far as it can be "
        "tested.",
    ),
    "randomised staggered roll-out": (
        "The order in which places started was drawn at random, so on average nothing but the change sets early and "
        "late starters apart. The interval comes from redrawing that order.",
    ),
    "synthetic difference-in-differences": (
        "Only a few places took up the change. For them we built a comparison out of many other places, weighted so "
        "that they moved alike before (Arkhangelsky and others 2021). We then pretended that each other place had "
        "started, to see how often chance alone gives as much.",
        "It rests on this: the weighted comparison would have gone on moving alike.",
    ),
    "switching on and off": (
        "Some places started the change and stopped it again. We compared places that switched with places that did "
        "not, once for starting and once for stopping.",
        "It rests on this: without switching, both would have moved alike, and nothing of the change lingers after it "
        "is switched off. What may linger is said in the checks.",
    ),
    "dose-response": (
        "Every place changed at the same time, but by different amounts. We compared places that changed more with "
        "places that changed less.",
        "It rests on a stronger assumption than the other designs: had all places changed by the same amount, they "
        "would have moved alike, whatever amount they chose. The data cannot show that.",
    ),
    "interrupted time series": (
        "There was nowhere to compare with. We drew on the level, trend and seasons from before to say what would have "
        "come next, and compared that with what came.",
        "Whatever else happened at that time is in the number.",
    ),
    "cannot tell yet": (
        "None of the designs that we trust can be used with these data, so no effect is worked out. The reasons, and "
        "what would help, are given instead.",
    ),
}

VERDICTS: Final[dict[str, tuple[str, str, str]]] = {
    "retain": ("✓", "Retain", "Keep doing it."),
    "adapt": ("±", "Adapt", "Keep it, but change it first."),
    "reinstate": ("↩", "Reinstate", "Bring back what was paused."),
    "stop": ("✕", "Stop", "Stop doing it."),
    "keep learning": ("…", "Keep learning", "Not enough is known for a verdict."),
    "not shown": ("–", "Not shown", "Too few people are behind it."),
}
"""Symbol, word and meaning of each verdict; the symbol never stands alone."""

CERTAINTY: Final[dict[str, str]] = {
    "high": "We are very sure that the true effect is close to this.",
    "moderate": "The true effect is probably close to this, but could differ.",
    "low": "The true effect could be quite different.",
    "very low": "The true effect is likely to be quite different.",
    "not shown": "Too few people are behind it.",
}

CLAIM: Final[dict[int, str]] = {
    0: "no claim",
    1: "a before-and-after comparison, or one at a single time",
    2: "before and after, with what else is known taken into account",
    3: "before and after, beside places that did not change",
    4: "something close to chance decided who changed",
    5: "chance decided who changed, or when",
}
"""What each step of the Maryland Scientific Methods Scale means."""
FIXED: Final = (
    "The intervals shown are fixed 95% intervals. They keep their promise for one planned look at the data, "
    "and not for a look every month."
)
ANYTIME: Final = (
    "This page is looked at again and again, so the wider interval that allows a look every month is given too."
)
"""Said when a finding carries an anytime-valid interval."""


def verdict_words(verdict: str) -> tuple[str, str, str]:
    """Symbol, word and meaning; a verdict without words stands for itself."""
    return VERDICTS.get(verdict, ("·", verdict.capitalize(), ""))
