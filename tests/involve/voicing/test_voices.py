"""From preferences to voices, and from voices to the decision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from holdfast.involve import believe, voices_of
from holdfast.records import Change
from holdfast.records.heard import Heard, Makeup, Preference
from holdfast.records.shares import jeffreys
from holdfast.records.voices import Voice

CHANGES = {"c": Change("c", "New", "new", ("old",))}


def heard(*groups: tuple[str, str, int, dict[str, object]], **more: object) -> Heard:
    """(role, preference, people, what differs): each group's people share one general preference."""
    roles: list[str] = []
    about: dict[str, list[str | None]] = {}
    said = []
    for role, preference, people, differs in groups:
        for _ in range(people):
            said.append(Preference(len(roles), "c", str(differs.get("practice", "new")), preference))
            roles.append(role)
        for name, level in differs.items():
            if name != "practice":
                about.setdefault(name, [None] * (len(roles) - people)).extend([str(level)] * people)
    names = tuple(f"p{i}" for i in range(len(roles)))
    given: dict[str, object] = {
        "channels": ("",) * len(roles),
        "preferences": (*said, *more.pop("also", ())),  # type: ignore[misc]
        "about": {name: tuple(column) for name, column in about.items()},
        **more,
    }
    return Heard(names, tuple(roles), **given)  # type: ignore[arg-type]


def by_role(voices: tuple[Voice, ...], **at: str) -> dict[str, Voice]:
    place = {"dimension": "everyone", "level": "everyone", "setting": "all settings", **at}
    return {v.role: v for v in voices if all(getattr(v, name) == value for name, value in place.items())}


def test_each_role_has_its_own_voice_and_none_is_pooled_with_another() -> None:
    found = by_role(voices_of(heard(("patients", "retain", 30, {}), ("patients", "stop", 10, {}),
                                    ("clinicians", "stop", 20, {})), CHANGES))  # fmt: skip
    assert set(found) == {"patients", "clinicians"}
    assert found["patients"].opposition == pytest.approx(0.25) and found["patients"].retain == pytest.approx(0.75)
    assert found["clinicians"].opposition == 1.0
    low, high = jeffreys(10, 40)
    assert found["patients"].opposition_low == pytest.approx(float(low), abs=0.01)
    assert found["patients"].support_low == pytest.approx(1 - float(high), abs=0.01)


def test_opposition_is_to_the_practice_being_in_use() -> None:
    new = by_role(voices_of(heard(("patients", "reinstate", 20, {})), CHANGES))["patients"]
    old = by_role(voices_of(heard(("patients", "reinstate", 20, {"practice": "old"})), CHANGES))["patients"]
    assert new.opposition == 1.0 and old.opposition == 0.0 and old.support == 1.0


def test_an_answer_that_differs_for_some_people_is_theirs_alone() -> None:
    """Twenty would retain it; twelve of them would stop it for those over 75, and six in hospital."""
    also = [Preference(i, "c", "new", "stop", "age", "75+") for i in range(12)]
    also += [Preference(i, "c", "new", "stop", setting="acute") for i in range(6)]
    voices = voices_of(heard(("patients", "retain", 20, {}), also=also), CHANGES)
    assert by_role(voices)["patients"].opposition == 0.0
    assert by_role(voices, dimension="age", level="75+")["patients"].opposition == pytest.approx(0.6)
    assert by_role(voices, setting="acute")["patients"].opposition == pytest.approx(0.3)


@pytest.mark.parametrize(("setting", "apart"), [("all settings", 0), ("acute", 13)])
def test_of_a_place_it_is_known_how_many_tell_it_apart(setting: str, apart: int) -> None:
    """Twelve over 75 and one younger: over all settings the twelve have a voice of their own, which would show the one.

    Where only nine of thirty answered nobody is told of.
    """
    groups = ("patients", "retain", 30, {"age": "75+"}), ("patients", "retain", 30, {"age": "under 75"})
    also = [Preference(i, "c", "new", "stop", "age", "75+", setting) for i in (*range(12), 30)]
    also += [Preference(i, "c", "new", "stop", setting="community") for i in range(9)]
    voices = voices_of(heard(*groups, also=also), CHANGES)
    at = by_role(voices, dimension="age", level="75+", setting=setting)
    assert at["patients"].apart == apart and by_role(voices)["patients"].apart is None
    assert by_role(voices, setting="community")["patients"].apart == 0
    group = by_role(voices, dimension="age", level="75+")["patients (age: 75+)"]
    assert group.apart == (0 if apart else 12)


def test_the_last_answer_about_the_same_thing_counts() -> None:
    also = [Preference(i, "c", "new", "stop") for i in range(20)]
    assert by_role(voices_of(heard(("patients", "retain", 20, {}), also=also), CHANGES))["patients"].stop == 1.0


def test_too_few_have_a_voice_without_shares() -> None:
    voice = by_role(voices_of(heard(("leaders", "stop", 9, {})), CHANGES))["leaders"]
    assert voice.voices == 9 and voice.opposition is None and voice.stop is None and voice.made == "too few to be told"
    assert by_role(voices_of(heard(("leaders", "stop", 9, {})), CHANGES, few=5))["leaders"].stop == 1.0


def test_a_role_is_weighted_to_its_make_up_and_the_raw_share_is_kept() -> None:
    makeup = (Makeup(("age",), ("young",), 50.0), Makeup(("age",), ("old",), 50.0))
    said = heard(("patients", "retain", 40, {"age": "young"}), ("patients", "stop", 20, {"age": "old"}), makeup=makeup)
    voice = by_role(voices_of(said, CHANGES))["patients"]
    assert voice.made == "weighted to the population"
    assert voice.opposition == pytest.approx(0.5) and voice.raw_support == pytest.approx(2 / 3)
    assert voice.retain == pytest.approx(0.5)
    assert voice.effective is not None and voice.effective <= 60


def test_declared_groups_stand_within_their_role_pooled_and_in_their_own_population() -> None:
    said = heard(("patients", "retain", 40, {"age": "young"}), ("patients", "stop", 15, {"age": "old"}))
    voices = voices_of(said, CHANGES)
    whole, own = by_role(voices), by_role(voices, dimension="age", level="old")
    group = whole["patients (age: old)"]
    assert (group.kind, group.of_role, group.of_dimension, group.of_level) == ("people", "patients", "age", "old")
    assert group.opposition is not None and 0.8 < group.opposition < 1, "drawn a little towards the young"
    assert own["patients (age: old)"].opposition == group.opposition
    assert "patients (age: young)" not in own


def test_what_a_group_wants_for_its_own_kind_is_its_voice_there() -> None:
    """All would retain it for everyone; the old would stop it for the old, the young as little as anybody."""
    groups = ("patients", "retain", 40, {"age": "young"}), ("patients", "retain", 20, {"age": "old"})
    also = [Preference(i, "c", "new", "stop", "age", "old") for i in range(40, 60)]
    voices = voices_of(heard(*groups, also=also), CHANGES)
    whole = by_role(voices)["patients (age: old)"]
    own = by_role(voices, dimension="age", level="old")["patients (age: old)"]
    young = by_role(voices, dimension="age", level="young")["patients (age: young)"]
    assert whole.opposition is not None and own.opposition is not None and young.opposition is not None
    assert whole.opposition < 0.05 and own.opposition > 0.8 and own.stop == 1.0 and young.opposition < 0.2


def test_a_group_that_spoke_only_of_its_own_kind_is_heard_there() -> None:
    said = heard(("patients", "retain", 20, {"age": "young"}), ("patients", "stop", 15, {"age": "old"}))
    kept = tuple(p if p.who < 20 else Preference(p.who, "c", "new", "stop", "age", "old") for p in said.preferences)
    voices = voices_of(replace(said, preferences=kept), CHANGES)
    assert "patients (age: old)" not in by_role(voices)
    assert by_role(voices, dimension="age", level="old")["patients (age: old)"].stop == 1.0


def test_opinion_groups_are_flagged_and_cross_roles() -> None:
    said = heard(("patients", "retain", 20, {}), ("clinicians", "stop", 20, {}))
    opinion = ["A"] * 10 + ["B"] * 10 + ["B"] * 15 + [None] * 5
    found = {v.role: v for v in voices_of(said, CHANGES, opinion=opinion) if v.kind == "opinion group"}
    assert found["opinion group A"].opposition == 0.0
    assert found["opinion group B"].voices == 25 and found["opinion group B"].opposition == pytest.approx(0.6)


def test_nobody_and_unknown_changes_have_no_voice() -> None:
    assert believe(Heard(), CHANGES).voices == ()
    assert voices_of(heard(("patients", "stop", 20, {})), {}) == ()


def test_everybody_online_is_a_warning_and_so_is_not_knowing() -> None:
    online = heard(("patients", "stop", 20, {}), channels=("online",) * 20)
    assert "do not use the internet" in believe(online, CHANGES).warnings[0]
    assert "is not known" in believe(heard(("patients", "stop", 20, {})), CHANGES).warnings[0]
    mixed = heard(("patients", "stop", 20, {}), channels=("online",) * 10 + ("paper",) * 10)
    assert not any("online: people" in text for text in believe(mixed, CHANGES).warnings)


def test_intervals_cover_the_population_of_each_role() -> None:
    """One hundred and fifty runs; raking to one dimension that drives who speaks: 95 % less three standard errors."""
    rng = np.random.default_rng(8)
    makeup = (Makeup(("age",), ("young",), 0.5), Makeup(("age",), ("old",), 0.5))
    inside = []
    for _ in range(150):
        young, old = rng.uniform(0.2, 0.8, 2)
        n = rng.multinomial(80, [0.75, 0.25])
        stops = [rng.binomial(n[0], young), rng.binomial(n[1], old)]
        wishes = [("young", "stop", stops[0]), ("young", "retain", n[0] - stops[0])]
        wishes += [("old", "stop", stops[1]), ("old", "retain", n[1] - stops[1])]
        said = heard(*(("patients", wish, int(count), {"age": age}) for age, wish, count in wishes), makeup=makeup)
        voice = by_role(voices_of(said, CHANGES))["patients"]
        assert voice.opposition_low is not None and voice.opposition_high is not None
        inside.append(voice.opposition_low <= (young + old) / 2 <= voice.opposition_high)
    assert np.mean(inside) > 0.897
