"""Which dissent changed a verdict, of whom it is told, and where a group of people may speak."""

from __future__ import annotations

import dataclasses

from deciding_world import Told, change, findings, measure, table, voice

from holdfast.decide import decide
from holdfast.records import Cell, Findings, Policy
from holdfast.records.voices import Belief, Voice

WAIT = measure("wait", smallest=0.01)
OLD = {"kind": "people", "of_role": "carers", "of_dimension": "age", "of_level": "75+"}


def cells(
    found: Findings, *voices: Voice, policy: Policy | None = None, beliefs: tuple[Belief, ...] = ()
) -> list[Cell]:
    return list(decide(found, change(("old",)), table(WAIT), policy or Policy(), voices, beliefs=beliefs))


def about(*where: tuple[str, str, str]) -> Findings:
    return findings([Told(WAIT, -0.05, where=place) for place in where])


EVERYONE = ("everyone", "everyone", "all settings")
SEVERAL = (EVERYONE, ("age", "75+", "all settings"), ("age", "under 75", "all settings"), ("sex", "f", "all settings"))


def unknown(role: str) -> Voice:
    shares = {f.name: None for f in dataclasses.fields(Voice) if f.type == "float | None"}
    return dataclasses.replace(voice(role, 0.5, 0.4), voices=4, **shares)


def test_the_verdict_without_the_opposition_is_told_once_for_all_who_are_opposed() -> None:
    (new, old) = cells(
        about(EVERYONE), voice("carers", 0.8, 0.7), voice("leaders", 0.9, 0.6), voice("patients", 0.2, 0.1)
    )
    told = [r for r in new.reasons if r.startswith("Dissent changed")]
    assert told == [
        "Dissent changed this verdict: were carers and leaders not opposed it would be retain "
        "(the opposition of any one of them would do)."
    ]
    assert old.verdict == "keep learning"


def test_opposition_that_changes_nothing_is_not_said_to() -> None:
    (new, _) = cells(findings([Told(WAIT, 0.05)]), voice("carers", 0.8, 0.7))
    assert new.verdict == "stop" and any("Carers are opposed" in r for r in new.reasons)
    assert not any("Dissent changed" in r for r in new.reasons)


def test_what_a_policy_must_have_is_not_mistaken_for_dissent() -> None:
    policy = Policy(must_have=("voices",))
    assert cells(about(EVERYONE), policy=policy)[0].verdict == "keep learning"
    assert cells(about(EVERYONE), unknown("carers"), policy=policy)[0].verdict == "keep learning"
    (new, _) = cells(about(EVERYONE), voice("carers", 0.8, 0.7), policy=policy)
    assert any("not opposed it would be retain" in r for r in new.reasons)


def test_the_displaced_practice_says_so_too() -> None:
    policy = Policy(retain_harm=0.0)
    futile = findings([Told(WAIT, 0.0, se=0.001)])
    (new, old) = cells(futile, voice("carers", 0.8, 0.7), policy=policy)
    assert (new.verdict, old.verdict) == ("stop", "reinstate")
    assert any("were carers not opposed it would be keep learning" in r for r in old.reasons)


def test_a_group_speaks_for_everyone_and_its_own_population_and_not_for_another_level() -> None:
    group = voice("carers (age: 75+)", 0.8, 0.7, **OLD)
    found = {(c.dimension, c.level): c for c in cells(about(*SEVERAL), group, voice("carers", 0.3, 0.2))
             if c.role == "introduced"}  # fmt: skip
    assert {place: c.verdict for place, c in found.items()} == {
        ("everyone", "everyone"): "adapt", ("age", "75+"): "adapt", ("sex", "f"): "adapt", ("age", "under 75"): "retain"
    }  # fmt: skip


def test_a_group_is_told_only_where_its_role_is_not_opposed_as_a_whole() -> None:
    group = voice("carers (age: 75+)", 0.9, 0.8, **OLD)
    (new, _) = cells(about(EVERYONE), group, voice("carers", 0.8, 0.7))
    assert not any("75+" in line for line in (*new.reasons, *new.dissent))
    (alone, _) = cells(about(EVERYONE), group, voice("carers", 0.3, 0.2))
    assert any("Carers (age: 75+) are opposed" in line for line in alone.reasons)
    (content, _) = cells(about(EVERYONE), voice("carers (age: 75+)", 0.4, 0.3, adapt=0.6, retain=0.0, **OLD))
    assert not any("75+" in line for line in content.dissent)


def test_a_role_too_small_to_tell_gives_way_to_a_wider_voice_of_its_own() -> None:
    here = dataclasses.replace(unknown("carers"), dimension="age", level="75+")
    (new, _) = cells(about(("age", "75+", "all settings")), here, voice("carers", 0.8, 0.7))
    assert new.verdict == "adapt"
    (silent, _) = cells(about(("age", "75+", "all settings")), here)
    assert "Too few spoke to be told by role: carers." in silent.missing


def belief(state: str, agree: float | None, assumption: str = "a", name: str = "c") -> Belief:
    return Belief(
        change=name,
        assumption=assumption,
        text=f"text {assumption}",
        role="clinicians",
        voices=40,
        agree=agree,
        low=agree,
        high=agree,
        disagree=agree,
        state=state,
    )


def test_beliefs_are_said_beside_their_own_change_and_the_introduced_practice_only() -> None:
    beliefs = (belief("not shared", 0.2), belief("shared", 0.9, "b"), belief("not asked", None, "c"),
               belief("not shared", 0.1, "d", "another"))  # fmt: skip
    new, old = cells(about(EVERYONE), voice("patients", 0.1, 0.05), beliefs=beliefs)
    assert [line for line in new.dissent if "assumption" in line] == [
        "Clinicians do not share an assumption it rests on, “text a”: 20 % agree (95 % interval 20 % to 20 %)."
    ]
    assert "Not known whether people believe what it rests on: “text c”." in new.missing
    assert not any("text" in line for line in (*old.dissent, *old.missing))
