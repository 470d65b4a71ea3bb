"""The configuration says everything that is wrong with it, and suggests what was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from holdfast.records import Problem, Study
from holdfast.workspace import Workspace

Find = Callable[[Path], list[Problem]]


def test_all_misspelt_keys_are_named_with_what_was_meant(
    folder: Path, problems: Find, replace: Callable[..., None]
) -> None:
    replace(
        folder / "holdfast.toml",
        ("title =", "titel ="),
        ("numerator =", "numertor ="),
        ("retain_benefit", "retain_benifit"),
        ("levels =", "levles ="),
    )
    found = {p.column: p for p in problems(folder)}
    assert "Did you mean “title”?" in found["workspace.titel"].fix
    assert found["workspace.titel"].row == 5
    assert "Did you mean “retain_benefit”?" in found["policy.retain_benifit"].fix
    assert "Did you mean “levels”?" in found["populations.age.levles"].fix
    assert "Did you mean “numerator”?" in found["tables.observations.1.measures.1.numertor"].fix
    assert found["tables.observations.1.measures.1.numerator"].rule == "this key is needed and is missing"


def test_broken_toml_names_the_line(folder: Path, problems: Find, replace: Callable[..., None]) -> None:
    replace(folder / "holdfast.toml", ('period = "month"', "period = month"))
    (only,) = problems(folder)
    assert (only.where, only.row) == ("holdfast.toml", 6)


def test_wrong_values_are_named(folder: Path, problems: Find, replace: Callable[..., None]) -> None:
    replace(folder / "holdfast.toml", ('period = "month"', 'period = "fortnight"'), ("= 0.8 ", "= 8 "))
    assert {p.column for p in problems(folder)} == {"workspace.period", "policy.retain_benefit"}


def test_a_missing_configuration_says_what_is_there(tmp_path: Path, problems: Find) -> None:
    (tmp_path / "data.csv").write_text("a\n1\n")
    (only,) = problems(tmp_path)
    assert "data.csv" in only.fix
    assert "holdfast new" in only.fix
    (gone,) = problems(tmp_path / "nowhere")
    assert "does not exist" in gone.fix


def test_studies_and_policy_may_be_files(folder: Path, replace: Callable[..., None]) -> None:
    replace(folder / "holdfast.toml", ("[policy]", "[[policies]]"))
    (folder / "policy.toml").write_text('name = "cautious"\nretain_benefit = 0.95\n')
    space = Workspace.open(folder)
    assert [policy.name for policy in space.policies] == ["cautious", "default"]
    assert [study.study for study in space.studies] == ["call-back"]


def test_two_policies_in_two_places_are_refused(folder: Path, problems: Find) -> None:
    (folder / "policy.toml").write_text('name = "cautious"\n')
    (only,) = problems(folder)
    assert only.where == "policy.toml"


def test_without_a_study_each_change_gets_one_and_it_is_said(folder: Path) -> None:
    (folder / "studies" / "call-back.toml").unlink()
    space = Workspace.open(folder)
    assert space.studies == (Study(study="call-back", change="call-back", primary="missed", measures=("complaints",)),)
    assert any("No study is declared" in note for note in space.notes)


def test_names_in_studies_must_exist(folder: Path, problems: Find) -> None:
    (folder / "studies" / "bad.toml").write_text(
        'change = "callback"\nprimary = "mised"\nmeasures = ["complaint"]\npopulations = ["agee"]\n'
        'settings = ["urbann"]\nexclude_sites = ["EX999"]\nstart = 2030-01-01\ndesign = "before and after"\n'
        'equity_dimension = "deprivation"\ncovariates = ["size"]\n'
    )
    found = {p.column: p for p in problems(folder) if p.where == "study bad"}
    assert set(found) == {
        "change",
        "primary",
        "measures",
        "populations",
        "settings",
        "exclude_sites",
        "start",
        "design",
        "equity_dimension",
        "covariates",
    }
    assert "“call-back”" in found["change"].fix
    assert "“missed”" in found["primary"].fix


def test_unknown_tables_are_said_and_passed_over(folder: Path, replace: Callable[..., None]) -> None:
    replace(folder / "holdfast.toml", ("[tables.adoptions]", '[tables.staffing]\npath = "x.csv"\n\n[tables.adoptions]'))
    assert any("staffing" in note for note in Workspace.open(folder).notes)


def test_a_misspelt_table_is_missed(folder: Path, problems: Find, replace: Callable[..., None]) -> None:
    text = (folder / "holdfast.toml").read_text().replace("tables.observations", "tables.observation")
    (folder / "holdfast.toml").write_text(text)
    fixes = [p.fix for p in problems(folder) if p.column == "tables.observations"]
    assert fixes == ["Is [tables.observation] meant to be [tables.observations]?"]
    del replace


def test_the_fingerprint_follows_the_inputs(folder: Path) -> None:
    first = Workspace.open(folder).inputs_sha256
    assert Workspace.open(folder).inputs_sha256 == first
    with (folder / "sites.csv").open("a") as file:
        file.write("EX099,Another,urban,North\n")
    assert Workspace.open(folder).inputs_sha256 != first
