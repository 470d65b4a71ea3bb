"""A register of any size, made in bulk: changes with all their parts, cells with recommendations, decisions.

The words are put together from lists, with a misspelling here and there, so that the index has many words to choose
between. What a person's deed would leave behind is left behind here too: versions, audit lines, links, index.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from holdfast.records import Cell, Findings, Gap, Protocol
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE

BATCH = 1_000
HOW = [
    "Video", "Telephone", "Booked", "Nurse-led", "Community", "Group", "Home", "Shared", "Weekend", "Mobile",
    "Online", "Paper", "Walk-in", "Rapid", "Remote",
]  # fmt: skip
WHAT = [
    "clinics", "triage", "reviews", "monitoring", "screening", "rehabilitation", "visits", "prescribing",
    "referrals", "discharge", "consent", "handover", "coaching", "pharmacy", "imaging", "physiotherapy", "bloods",
    "rounds", "assessment", "dressing",
]  # fmt: skip
WHOM = [
    "asthma", "diabetes", "frailty", "dementia", "maternity", "stroke", "epilepsy", "eczema", "psoriasis",
    "cataract", "glaucoma", "arthritis", "anxiety", "depression", "sepsis", "wounds", "dialysis", "oncology",
    "palliative", "paediatric", "cardiology", "respiratory",
]  # fmt: skip
WHY = [
    "travel", "waiting", "infection", "staffing", "parking", "isolation", "carers", "rural", "interpreters",
    "digital", "shielding", "capacity", "backlog", "theatre", "transport", "continuity", "consultation",
    "appointment", "practice", "patients", "families", "hospital", "surgery", "ward",
]  # fmt: skip
PLACES = [
    "North", "South", "East", "West", "Upper", "Lower", "Great", "Little", "Saint", "Market", "Castle", "River",
    "Moor", "Forest", "Abbey", "Coast",
]  # fmt: skip
KINDS = [
    "Trust", "Hospital", "Surgery", "Health Centre", "Community Service", "Hospice", "Ambulance Station", "Clinic",
]  # fmt: skip
ENDINGS = [
    "bury", "ton", "ham", "ford", "worth", "ley", "wick", "by", "thorpe", "combe", "mouth", "minster",
]  # fmt: skip
STATUSES = ("emerging", "emerging", "under evaluation", "decided", "embedded", "lapsed", "stopped")
AGES = ("under 18", "65 and over")
VERDICTS = ("retain", "adapt", "keep learning", "stop")
MEASURE = {
    "measure": "waits", "label": "Waits over four hours", "family": "outcome", "kind": "proportion", "better": "lower",
    "smallest_important": 0.02, "per": 1000.0, "unit": "attendances", "practice": "introduced",
}  # fmt: skip


def fill(
    count: int, actor: Any, *, seed: int = 1, judged: float = 0.1, decided: float = 0.33, told: Any = None
) -> list[int]:
    """Add so many changes and give their keys; the share ``judged`` gets cells, ``decided`` of those a decision.

    ``told`` is called with how many are done. The keys are in the order of making.
    """
    from django.db import transaction

    from holdfast.web.register.models import Change, Term

    draw, terms = random.Random(seed), list(Term.objects.select_related("vocabulary").filter(retired=False))
    first = Change.objects.count()
    keys: list[int] = []
    for start in range(0, count, BATCH):
        with transaction.atomic():
            changes = _changes(draw, first + start, min(BATCH, count - start), actor, terms)
            keys += [change.pk for change in changes]
            _board(draw, [change for change in changes if draw.random() < judged], actor, decided)
        if told:
            told(len(keys))
    return keys


def _changes(draw: random.Random, start: int, count: int, actor: Any, terms: Sequence[Any]) -> list[Any]:
    """Changes with practices, terms, first versions, audit lines, authors' links and their places in the index."""
    from holdfast.web.people.models import AuditEvent
    from holdfast.web.register import saving, search
    from holdfast.web.register.models import Change, ChangeVersion, Practice
    from holdfast.web.register.tables import Follow

    changes: list[Any] = Change.objects.bulk_create([_change(draw, start + n + 1, actor) for n in range(count)])
    practices = [
        practice
        for change in changes
        for practice in [Practice(change=change, role="introduced", name=change.introduced)]
        + ([Practice(change=change, role="displaced", name=_displaced(change))] if draw.random() < 0.6 else [])
    ]
    Practice.objects.bulk_create(practices)
    held = {change.pk: draw.sample(terms, min(len(terms), draw.randint(0, 5))) for change in changes}
    through = Change.terms.through
    through.objects.bulk_create(
        [through(change_id=pk, term_id=term.pk) for pk, some in held.items() for term in some], batch_size=BATCH
    )
    for change in changes:
        change._prefetched_objects_cache = {"terms": held[change.pk], "practices": []}
    for one in practices:
        one.change._prefetched_objects_cache["practices"].append(one)
    by = str(actor)
    ChangeVersion.objects.bulk_create(
        ChangeVersion(change=one, version=1, by=by, why="recorded", record=saving.record_of(one)) for one in changes
    )
    AuditEvent.objects.bulk_create(
        AuditEvent(actor=actor.email, actor_id=actor.pk, verb="register.capture", kind="change", subject=one.identifier,
                   summary=f"recorded: {one.title}"[:400]) for one in changes
    )  # fmt: skip
    Follow.objects.bulk_create(Follow(change=one, user=actor, author=True) for one in changes if draw.random() < 0.4)
    for at in range(0, count, search.BATCH):
        search.index_many(changes[at : at + search.BATCH])
    return changes


def _change(draw: random.Random, number: int, actor: Any) -> Any:
    from django.utils import timezone

    from holdfast.web.register.models import Change

    name = f"{draw.choice(HOW)} {draw.choice(WHAT)} for {draw.choice(WHOM)}"
    place = f"{draw.choice(PLACES)} {draw.choice('BCDFGHLMNPRSTW')}{draw.choice('aeiou')}{draw.choice('lmnrst')}"
    place = f"{place}{draw.choice(ENDINGS)} {draw.choice(KINDS)}"
    months = draw.randint(2, 40)
    started = dt.date(2020, 3, 1) + dt.timedelta(days=draw.randrange(1_800))
    return Change(
        identifier=f"HF-{number:06d}", title=f"{name} at {place}"[:200], description=_sentences(draw, name),
        for_whom=f"People with {draw.choice(WHOM)} and their {draw.choice(WHY)}", introduced=name, organisation=place,
        pathway=f"{draw.choice(WHOM)} care", status=draw.choice(STATUSES), source="Made for a measurement",
        planned_months=Decimal(months), actual_months=Decimal(max(1, months // draw.randint(1, 12))),
        started_on=started, author=actor,
        owner=actor if draw.random() < 0.05 else None, sorted_at=timezone.now() if draw.random() < 0.95 else None,
    )  # fmt: skip


def _sentences(draw: random.Random, name: str) -> str:
    """Sixty words or so; one word in forty misspelt, and some that stand nowhere else."""
    words = [draw.choice(draw.choice((WHAT, WHOM, WHY))) for _ in range(draw.randint(30, 90))]
    for at in range(0, len(words), 40):
        word = words[at]
        cut = draw.randrange(1, len(word) - 1)
        words[at] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    if draw.random() < 0.1:
        words.append("".join(draw.choice("bcdfglmnprst") + draw.choice("aeiou") for _ in range(4)))
    return f"{name}. " + " ".join(words) + "."


def _displaced(change: Any) -> str:
    return f"{change.introduced.split()[1].capitalize()} face to face"


def _board(draw: random.Random, changes: Sequence[Any], actor: Any, decided: float) -> None:
    """One run that judged these changes, as the board takes it in; a share of the cells for everyone decided."""
    if not changes:
        return
    from holdfast.web.board.intake import take
    from holdfast.web.board.models import Cell as Kept
    from holdfast.web.board.models import Decision
    from holdfast.web.board.standing import keep, stand
    from holdfast.web.evidence.models import DONE, Dataset, Run

    dataset, _ = Dataset.objects.get_or_create(folder="made", defaults={"title": "Made for a measurement"})
    run = Run.objects.create(dataset=dataset, state=DONE)
    take(run, findings([cell for change in changes for cell in _cells(draw, change)]))
    whole = Kept.objects.filter(change__in=[c.pk for c in changes], dimension=EVERYONE, setting=ALL_SETTINGS)
    cells = [cell for cell in whole.filter(role="introduced") if draw.random() < decided]
    from django.utils import timezone

    today, now = timezone.localdate(), timezone.now()
    made = Decision.objects.bulk_create(
        Decision(
            cell=cell, state=Decision.FINAL, final_at=now, verdict=cell.verdict or "keep learning", by=actor,
            reasons="It helps most people.", decided_by="Transformation committee", recommendation_id=cell.latest_id,
            review_on=today + dt.timedelta(days=draw.randint(-60, 400)),
        )
        for cell in cells
    )  # fmt: skip
    keep(stand(one.cell, decided=one) for one in made)


def _cells(draw: random.Random, change: Any) -> list[Cell]:
    cells = [row(change.identifier, practice=change.introduced, verdict=draw.choice(VERDICTS))]
    nothing: dict[str, Any] = dict.fromkeys(("benefit", "futile", "gap_widens", "estimate", "low", "high", "harm"))
    cells.append(row(change.identifier, practice=_displaced(change), role="displaced", verdict="keep learning",
                     certainty="", **nothing))  # fmt: skip
    for level in AGES:
        more = {"dimension": "age", "level": level, "verdict": draw.choice(VERDICTS)}
        cells.append(row(change.identifier, practice=change.introduced, **more))
    return cells


def row(change: str, **more: Any) -> Cell:
    """One released cell: everyone, all settings, retain, unless told otherwise."""
    first = Cell(
        change=change, practice="Booked slots", role="introduced", dimension=EVERYONE, level=EVERYONE,
        setting=ALL_SETTINGS, policy="default", verdict="retain", rule="retain: benefit ≥ 0.8",
        reasons=("It helps, and nothing known stands against it.",), benefit=0.96, harm=0.01, futile=0.04,
        gap_widens=0.2, certainty="moderate", missing=("The running cost is not recorded.",),
        flips=("If the benefit asked for were 0.96 instead of 0.80: keep learning.",),
        would_settle=("6 more months.",), study="study", estimate=-0.051, low=-0.089, high=-0.013, horizon="lasting",
    )  # fmt: skip
    return replace(first, **more)


def findings(cells: Sequence[Cell]) -> Findings:
    """Findings that hold the cells, with the protocol and the gap that their words are made from."""
    study = {"study": {"primary": "waits", "equity_dimension": "deprivation"}, "measures": {"waits": MEASURE}}
    protocol = Protocol(
        study="study",
        version=1,
        sha256="0" * 64,
        fixed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        text=json.dumps(study),
    )
    gap = Gap(
        study="study", change="", measure="waits", dimension="deprivation", setting=ALL_SETTINGS, kind="slope index",
        before=0.1, after=0.08, estimate=-0.02, se=0.01, low=-0.04, high=0.0, p=0.05, p_widens=0.1,
        most="1 most deprived", least="5 least deprived",
    )  # fmt: skip
    return Findings(protocols=(protocol,), gaps=(gap,), cells=tuple(cells))
