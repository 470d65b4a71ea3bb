"""Answers that belong together: the levels of a dimension within a setting, and the settings among everyone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.run.answer import Answer, covariance_between, degrees_of_freedom
from holdfast.evaluate.run.cuts import Cut
from holdfast.records import Measure, Panel
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE

Floats = NDArray[np.float64]
Row = tuple[str, str]
Found = tuple[Answer, Cut, Measure]
SETTINGS = "setting"


@dataclass(frozen=True)
class Group:
    """Answers for G levels of one dimension (or for G settings, when ``dimension`` is *setting*), in order."""

    measure: Measure
    dimension: str
    setting: str
    labels: tuple[str, ...]
    answers: tuple[Answer, ...]
    cuts: tuple[Cut, ...]

    @property
    def df(self) -> float:
        """Degrees of freedom that are safe for the joint covariance: the fewest behind any of the answers."""
        return min(degrees_of_freedom(answer) for answer in self.answers)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The overall effect and the horizons that every level has."""
        wanted = [row for row in self.answers[0].rows if row[0] in ("overall", "horizon")]
        return tuple(row for row in wanted if all(row in answer.rows for answer in self.answers))

    def effects(self, row: Row) -> tuple[Floats, Floats]:
        """One row's effects (G) and their joint covariance (G × G)."""
        picked = [(answer, answer.rows.index(row)) for answer in self.answers]
        return np.array([answer.estimate[i] for answer, i in picked]), covariance_between(picked)

    def counterfactuals(self, row: Row) -> Floats:
        """(G,) levels had the change not been made."""
        return np.array([answer.counterfactual[answer.rows.index(row)] for answer in self.answers])


def groups(found: Sequence[Found], panel: Panel) -> list[Group]:
    """Every comparison of two or more levels that the findings offer."""
    members: dict[tuple[str, str, str], list[tuple[str, Found]]] = defaultdict(list)
    for one in found:
        key, overall = one[0].key, one[0].index("overall")
        if overall is None or not np.isfinite([one[0].estimate[overall], one[0].se[overall]]).all():
            continue  # an effect without an error can be compared with nothing
        if key.population.dimension != EVERYONE:
            members[key.measure, key.population.dimension, key.setting].append((key.population.level, one))
        elif key.setting != ALL_SETTINGS:
            members[key.measure, SETTINGS, ALL_SETTINGS].append((key.setting, one))
    return [
        _group(dimension, setting, those, panel.levels.get(dimension, ()))
        for (_, dimension, setting), those in members.items()
        if len(those) > 1
    ]


def _group(dimension: str, setting: str, members: list[tuple[str, Found]], levels: tuple[str, ...]) -> Group:
    place = {level: i for i, level in enumerate(levels)}
    ordered = sorted(members, key=lambda member: place.get(member[0], len(place)))
    return Group(
        measure=ordered[0][1][2],
        dimension=dimension,
        setting=setting,
        labels=tuple(label for label, _ in ordered),
        answers=tuple(one[0] for _, one in ordered),
        cuts=tuple(one[1] for _, one in ordered),
    )
