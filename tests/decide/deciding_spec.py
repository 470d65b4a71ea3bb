"""The plain-text table of rules: read for the tests, and rendered into the guide.

``python tests/decide/deciding_spec.py`` rewrites the generated parts of docs/deciding.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from holdfast.decide.quantities import Quantities, Thresholds
from holdfast.decide.reading import RANK
from holdfast.decide.rules import DISPLACED, INTRODUCED, RULES, judge
from holdfast.records import Policy

TABLE = Path(__file__).with_name("rule_table.txt")
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "deciding.md"
COLUMNS = ("benefit", "improves", "harm", "gap", "futile", "not here", "opposed", "cost", "certainty", "claim")


@dataclass(frozen=True)
class Line:
    """One line of the table: a practice's quantities as written, and what must come of them."""

    practice: str
    number: int
    given: dict[str, str]
    verdict: str
    rule: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.rule}"


def lines() -> list[Line]:
    """Every case of the table."""
    found, practice = [], ""
    for number, text in enumerate(TABLE.read_text(encoding="utf-8").splitlines(), 1):
        text = text.strip()
        if not text or text.startswith("#") or "verdict" in text:
            continue
        if "|" not in text:
            practice = text
            continue
        left, right = (re.split(r"\s{2,}", part.strip()) for part in text.split("|"))
        names = COLUMNS if practice == "introduced" else ("suspension", "beside")
        found.append(Line(practice, number, dict(zip(names, left, strict=True)), right[0], right[1]))
    return found


def _number(text: str) -> float:
    return float("nan") if text == "-" else float(text)


def one(**given: object) -> Quantities:
    """The quantities of one cell, or of many where arrays are given; what is not given is not known."""
    blank = dict.fromkeys(
        ("benefit", "futile", "harm", "harm_sure", "gap", "not_here", "suspension", "opposition", "cost"), float("nan")
    )
    state = {
        "answerable": True,
        "certainty": 2,
        "claim": 3,
        "improves": 0.99,
        "lacking": False,
        "displaced": False,
        "beside": -1,
    }
    whole = {**blank, **state, **given}
    values = np.broadcast_arrays(*(np.atleast_1d(value) for value in whole.values()))  # type: ignore[arg-type]
    return Quantities(**dict(zip(whole, values, strict=True)))


def introduced(line: Line) -> Quantities:
    """The quantities that a line about an introduced practice gives."""
    g = line.given
    return one(
        answerable=g["benefit"] != "-",
        benefit=_number(g["benefit"]),
        improves=_number(g["improves"]),
        harm=_number(g["harm"]),
        harm_sure=_number(g["harm"]),
        gap=_number(g["gap"]),
        futile=_number(g["futile"]),
        not_here=_number(g["not here"]),
        opposition=_number(g["opposed"]),
        cost=_number(g["cost"]),
        certainty=RANK.get(g["certainty"], -1),
        claim=int(g["claim"]),
    )


def quantities_of(line: Line) -> Quantities:
    """A displaced practice's cell carries the evidence by which the introduced one is judged."""
    if line.practice == "introduced":
        return introduced(line)
    beside = next(other for other in lines() if other.rule == line.given["beside"])
    return replace(
        introduced(beside), displaced=np.array([True]), suspension=np.array([_number(line.given["suspension"])])
    )


def judged(line: Line, policy: Policy | None = None) -> tuple[str, str]:
    """Verdict and rule."""
    rule = RULES[int(judge(quantities_of(line), Thresholds.of(policy or Policy()))[0])]
    return rule.verdict, rule.name


def rendered() -> dict[str, str]:
    """The generated parts of the guide, by name."""
    return {"rules": "\n".join(_rules()), "cases": "\n".join(_cases()), "policy": "\n".join(_policy())}


def _rules() -> Iterator[str]:
    defaults = {name: f"`{name}` ({_shown(value)})" for name, value in Policy().model_dump().items()}
    for title, rules in (("An introduced practice", INTRODUCED), ("A displaced practice", DISPLACED)):
        yield f"**{title}**\n\n| | rule | verdict | fires when | says |\n|---|---|---|---|---|"
        for number, rule in enumerate(rules, 1):
            yield f"| {number} | {rule.name} | {rule.verdict} | {rule.asked(defaults)} | {rule.words} |"
        yield ""


def _shown(value: object) -> str:
    return (", ".join(value) or "nothing") if isinstance(value, (tuple, list)) else str(value)


def _cases() -> Iterator[str]:
    for practice, names in (("introduced", COLUMNS), ("displaced", ("suspension", "beside"))):
        yield f"| {' | '.join(names)} | verdict | rule |\n|{'---|' * (len(names) + 2)}"
        for line in lines():
            if line.practice == practice:
                yield f"| {' | '.join(line.given[n] for n in names)} | **{line.verdict}** | {line.rule} |"
        yield ""


def _policy() -> Iterator[str]:
    yield "| setting | default | meaning |\n|---|---|---|"
    for name, field in Policy.model_fields.items():
        yield f"| `{name}` | {_shown(field.get_default(call_default_factory=True))} | {field.description or ''} |"


def filled(guide: str) -> str:
    """The guide with its generated parts as they should be."""
    for name, text in rendered().items():
        pattern = rf"(<!-- {name}: generated -->\n).*?(<!-- end -->)"
        guide = re.sub(pattern, lambda m, text=text: f"{m[1]}\n{text.strip()}\n\n{m[2]}", guide, flags=re.S)
    return guide


if __name__ == "__main__":
    GUIDE.write_text(filled(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
