"""No number that is withheld in one look can be worked out from every other look together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from tests.web.insight import making

from holdfast.understand.insights import Mention
from holdfast.web.insight import looking
from holdfast.web.insight.models import Coding, Comment, SentFile
from holdfast.web.insight.withholding import withheld
from holdfast.web.register.saving import create

FEW = 7
PERIODS = ("year", "quarter", "month")
Told = Iterator[tuple[dict[str, str], int | None, int | None]]
"""What an equation is about, comments with the theme, and comments; None where it is withheld."""


def test_two_groups_that_add_up_to_two_take_a_third_with_them() -> None:
    """Of 22 with A = 20 left to see, B and C together are 2, so that each is 1."""
    told = [*["A"] * 20, "B", "C"]
    found = [_mention(f"y{at}", True, setting=place) for at, place in enumerate(told)]
    found += [_mention(f"n{at}", False, setting="ABC"[at % 3]) for at in range(90)]
    assert withheld(found, ["t"], ["setting"], FEW).cells == {("t", "A"), ("t", "B"), ("t", "C")}


def test_a_group_that_is_alone_takes_another_and_nothing_is_withheld_without_need() -> None:
    found = [_mention(f"y{at}", True, setting="A" if at < 3 else "BC"[at % 2]) for at in range(43)]
    found += [_mention(f"n{at}", False, setting="ABC"[at % 3]) for at in range(90)]
    assert withheld(found, ["t"], ["setting"], FEW).cells == {("t", "A"), ("t", "B")}
    assert withheld(found, ["t"], ["setting"], 0).cells == frozenset()
    assert withheld([], ["t"], ["setting"], FEW).cells == frozenset()


def test_a_setting_whose_size_gives_another_s_away_is_not_shown_by_itself() -> None:
    found = [_mention(str(at), at % 2 == 0, setting="A" if at < 30 else "B") for at in range(33)]
    assert withheld(found, ["t"], [], FEW, ("setting", "A")).sizes == {""}
    assert withheld(found, ["t"], [], FEW).sizes == frozenset()


@pytest.mark.parametrize("seed", range(16))
def test_nothing_can_be_solved_for_in_made_up_comments(seed: int) -> None:
    found = _made_up(np.random.default_rng(seed))

    def looks() -> Told:
        rows = [("", ""), *sorted({(f, m.facts[f]) for m in found for f in ("setting", "change")})]
        for within in rows:
            for levels in ([], ["setting"], ["age"], *(PERIODS[: at + 1] for at in range(3))):
                if not levels or levels[0] != within[0]:
                    yield from _told(found, within, list(levels))

    assert _solved(found, looks()) == []


def _told(found: list[Mention], within: tuple[str, str], levels: list[str]) -> Told:
    hide = withheld(found, ["t"], levels, FEW, within)
    about = {within[0]: within[1]} if within[0] else {}
    for name in sorted({m.facts[levels[-1]] for m in found}) if levels else [""]:
        where = about | ({levels[-1]: name} if levels else {})
        here = [m for m in found if where.items() <= m.facts.items()]
        hidden = ("t", name) in hide.cells or name in hide.sizes
        yield where, None if hidden else sum("t" in m.themes for m in here), None if name in hide.sizes else len(here)


def _solved(found: list[Mention], looks: Told) -> list[Any]:
    """Small numbers of which the most that all looks together allow is less than what being withheld says itself.

    One unknown for each different comment with the theme, and one without; every number shown is an equation.
    """
    kinds: dict[tuple[Any, ...], list[int]] = {}
    for one in found:
        kinds.setdefault(tuple(sorted(one.facts.items())), [0, 0])["t" not in one.themes] += 1
    facts, true = [dict(kind) for kind in kinds], np.array(list(kinds.values()), dtype=float).T.ravel()
    rows, wanted = list[Any](), list[Any]()
    for where, count, size in looks:
        here = np.array([where.items() <= kind.items() for kind in facts], dtype=float)
        none = np.zeros_like(here)
        whole, having, lacking = (np.concatenate(p) for p in ((here, here), (here, none), (none, here)))
        rows += ([whole] if size is not None else []) + ([having] if count is not None else [])
        assert size is None or size == whole @ true
        assert count is None or (count == having @ true and not 0 < count <= FEW and not 0 < lacking @ true <= FEW)
        wanted += [(where, part) for part in (having, lacking) if count is None and 0 < part @ true <= FEW]
        wanted += [(where, whole)] if size is None and 0 < whole @ true <= FEW else []
    table = np.array(rows)
    most = [-linprog(-part, A_eq=table, b_eq=table @ true, method="highs").fun for _where, part in wanted]
    return [(where, high) for (where, _part), high in zip(wanted, most, strict=True) if high < FEW - 1e-6]


def _mention(key: str, has: bool, **facts: str) -> Mention:
    return Mention(key, frozenset({"t"} if has else ()), frozenset(), facts)


def _made_up(rng: np.random.Generator) -> list[Mention]:
    days = [dt.date(year, month, 1) for year in (2020, 2021) for month in (1, 2, 4)]
    odds = [rng.dirichlet(np.full(n, 0.8)) for n in (rng.integers(1, 5), rng.integers(1, 4), 3, len(days))]
    share, found = rng.uniform(0.1, 0.9), []
    for at in range(int(rng.integers(40, 600))):
        place, age, change, when = (int(rng.choice(len(p), p=p)) for p in odds)
        day = days[when]
        facts = {"setting": f"S{place}", "age": f"A{age}", "change": f"C{change}", "year": str(day.year),
                 "quarter": f"{day.year} Q{(day.month + 2) // 3}", "month": f"{day:%Y-%m}"}  # fmt: skip
        found.append(_mention(str(at), bool(rng.random() < share), **facts))
    return found


# The same through the looks that the page, the picture and the file are made of.


@pytest.fixture
def mixed(person: Callable[..., Any]) -> list[Mention]:
    """Comments of two wards that 23 hold a theme of, three of them in the small one; two changes, two years."""
    lead = person("improvement-lead")
    first, second = (create(lead, {"title": title}) for title in ("One", "Two"))
    making.survey(lead, making.answers(4))
    file = SentFile.objects.latest("pk")
    Comment.objects.all().delete()
    days = [dt.date(2020 + at % 2, (1, 2, 5)[at % 3], 3) for at in range(150)]
    made = Comment.objects.bulk_create(
        Comment(
            file=file, digest=str(at), text=f"words {at}", setting="A" if at < 100 else "B", said_on=day,
            population={"age_band": "65+" if at % 5 == 0 else "18-64"}, change=(first, first, second, None)[at % 4],
        )
        for at, day in enumerate(days)
    )  # fmt: skip
    held = [(at < 60 and at % 3 == 0) or at >= 147 for at in range(150)]
    Coding.objects.bulk_create(
        Coding(deed=str(at), comment=one, vocabulary=making.themes(), by=lead, coder="A",
               themes=["digital" if has else "team"])
        for at, (one, has) in enumerate(zip(made, held, strict=True))
    )  # fmt: skip
    return [
        _mention(str(c.pk), "digital" in c.codings.get().themes, **_facts(c))
        for c in Comment.objects.select_related("change")
    ]


def _facts(comment: Comment) -> dict[str, str]:
    day = comment.said_on
    assert day is not None
    change = comment.change.identifier if comment.change is not None else ""
    said = {"setting": comment.setting, "age_band": comment.population["age_band"], "change": change}
    return said | {"year": str(day.year), "quarter": f"{day.year} Q{(day.month + 2) // 3}", "month": f"{day:%Y-%m}"}


@pytest.mark.django_db
def test_nothing_can_be_solved_for_in_all_that_the_pages_show(mixed: list[Mention]) -> None:
    found = [Mention(m.comment, frozenset({"t"} if m.coded else ()), frozenset(), m.facts) for m in mixed]
    narrowed = [
        {},
        *({"setting": s} for s in "AB"),
        *({"change": c} for c in {m.facts["change"] for m in mixed} - {""}),
    ]
    looks = [
        (within, by, span, looking.look(looking.Asked(making.themes(), by=by, span=span, **within)))
        for within in narrowed for by in ("", "setting", "age_band") for span in PERIODS
    ]  # fmt: skip
    overall = {row["theme"]: row for row in looks[0][3]["rows"]}
    assert overall["digital"]["count"] == 23 and overall["digital"]["out_of"] == 150
    of_a = next(told for within, _by, _span, told in looks if within == {"setting": "A"})
    assert next(row for row in of_a["rows"] if row["theme"] == "digital")["hidden"] and of_a["comments"] == 100

    def told() -> Told:
        for within, by, span, shown in looks:
            listed = [({}, row) for row in shown["rows"]] + [({by: row["group"][0]}, row) for row in shown["groups"]]
            listed += [
                ({span: name}, row)
                for name, row in zip(shown["periods"], shown["series"]["digital"], strict=True) if not row.get("none")
            ]  # fmt: skip
            for about, row in listed:
                if row.get("theme", "digital") == "digital":
                    yield within | about, row["count"], row["out_of"]

    assert _solved(found, told()) == []


@pytest.mark.django_db
def test_what_is_withheld_has_no_direction_and_no_words(mixed: list[Mention]) -> None:
    told = looking.look(looking.Asked(making.themes(), theme="digital", setting="A"))
    row = next(row for row in told["rows"] if row["theme"] == "digital")
    assert (row["count"], row["share"], row["odds"], row["verdict"]) == (None, None, None, "cannot tell yet")
    assert told["passages"] == [] and told["people"] is None


@pytest.mark.django_db
def test_a_change_and_a_setting_at_once_are_the_change(mixed: list[Mention]) -> None:
    name = next(m.facts["change"] for m in mixed if m.facts["change"])
    both = looking.look(looking.Asked(making.themes(), setting="B", change=name))
    assert both == looking.look(looking.Asked(making.themes(), change=name))
