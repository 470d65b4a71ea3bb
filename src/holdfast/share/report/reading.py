"""One study read into a headline: its main effect, the harm elsewhere, and the gap."""

from __future__ import annotations

from holdfast.records import Change, Effect, Measure
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.report.index import Index, Place
from holdfast.share.words import Evidence, Reading, read, worse


def read_study(index: Index, change: Change, study: str) -> Reading | None:
    """The label and sentences of one study; None when it has no measure at all."""
    measures = index.measures_of(study)
    if not measures:
        return None
    primary = measures[0]
    effect = index.headline(study, primary.measure)
    return read(
        Evidence(
            title=change.introduced or change.title,
            measure=primary,
            evaluability=index.evaluability(study, primary.measure),
            effect=effect,
            certainty=index.certainty(study, primary.measure),
            gaps=index.equity_gaps(study, primary.measure),
            worse_for=worse_for(index, study, primary),
            harms=harms(index, study, measures[1:]),
            hidden=effect is not None and index.released.is_withheld(effect, "estimate"),
        )
    )


def harms(index: Index, study: str, others: list[Measure]) -> list[tuple[Measure, Effect]]:
    """Other measures that got clearly worse for everyone. Displaced practices are judged in their own right."""
    out = []
    for measure in others:
        effect = index.headline(study, measure.measure)
        if effect is not None and measure.practice != "displaced" and worse(measure, effect):
            out.append((measure, effect))
    return out


def worse_for(index: Index, study: str, measure: Measure) -> list[str]:
    """Groups for whom the primary measure got clearly worse, allowing for how many groups were looked at."""
    out = []
    for place in index.places(study, measure.measure):
        effect = index.headline(study, measure.measure, place)
        if effect is not None and worse(measure, effect) and (effect.q is None or effect.q <= 0.05):
            out.append(population(place))
    return out


def population(place: Place) -> str:
    """A population and setting in words."""
    dimension, level, setting = place
    who = "everyone" if dimension == EVERYONE else f"{dimension} {level}"
    return who if setting == ALL_SETTINGS else f"{who} in {setting}"
