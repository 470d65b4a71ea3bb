"""Frameworks: what ships says where it is from, nothing is invented, and an organisation's own is read or explained."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from holdfast.records.frameworks import Framework, Term, framework, load_frameworks, read_framework
from holdfast.records.problems import InputProblems
from holdfast.records.vocabularies import ASPECTS, CHANGE_KINDS, ORIGINS

SHIPPED = load_frameworks()


def _labels(name: str, parent: str) -> list[str]:
    return [term.label for term in SHIPPED[name].under(parent)]


@pytest.mark.parametrize("known", SHIPPED.values(), ids=list(SHIPPED))
def test_every_framework_says_its_version_source_and_licence(known: Framework) -> None:
    assert known.version and known.source and known.licence
    assert len({term.label for term in known.filled if term.parent is None}) == len(known.under(None))


@pytest.mark.parametrize("name", ["seven_themes", "service_shifts", "enablers", "barriers", "outcome_families"])
def test_themes_have_seeds_to_start_from_and_a_meaning(name: str) -> None:
    for term in SHIPPED[name].filled:
        assert term.meaning and term.seeds, term.code
        assert all(seed == seed.lower() for seed in term.seeds), term.code


def test_the_lists_have_as_many_terms_as_their_sources_say() -> None:
    assert len(SHIPPED["seven_themes"].terms) == 7
    assert len(SHIPPED["service_shifts"].terms) == 4
    assert sum(not term.context for term in SHIPPED["enablers"].terms) == 6
    groups = [t for t in SHIPPED["enablers"].terms if t.group == "driver" and t.parent is None]
    assert len(groups) == 4 and len(SHIPPED["enablers"].under("driver_support")) == 4
    assert len(SHIPPED["npt"].under(None)) == 4
    assert all(len(SHIPPED["npt"].under(top.code)) == 4 for top in SHIPPED["npt"].under(None))
    assert len(SHIPPED["nasss"].terms) == 7
    assert len(SHIPPED["barriers"].terms) == 3
    assert len(SHIPPED["outcome_families"].terms) == 9


def test_seven_of_the_eight_conditions_are_visibly_empty() -> None:
    conditions = SHIPPED["eight_conditions"]
    assert len(conditions.terms) == 8 and conditions.slots == 7
    assert [term.label for term in conditions.filled] == ["Shared purpose reduces conflict"]
    assert not any(term.label or term.meaning or term.seeds for term in conditions.terms if term.empty)


def test_the_facets_hold_the_words_that_tables_hold() -> None:
    assert _labels("change_facets", "kind") == list(CHANGE_KINDS)
    assert _labels("change_facets", "origin") == list(ORIGINS)
    assert _labels("change_facets", "aspect") == list(ASPECTS)


def test_the_sustainability_maxima_add_to_a_hundred() -> None:
    factors = [term for term in SHIPPED["sustainability_factors"].terms if term.parent]
    assert len(factors) == 10
    assert sum(term.maximum or 0 for term in factors) == pytest.approx(100)


def test_populations_keep_editions_and_not_stated_apart() -> None:
    populations = SHIPPED["populations"]
    assert {t.version for t in populations.under(None) if t.code.startswith("imd")} == {"IoD 2019", "IoD 2025"}
    ethnic = {term.code.rpartition(":")[2]: term for term in populations.under("ethnic_category")}
    assert set(ethnic) == {*"ABCDEFGHJKLMNPRSZ", "99"}
    assert ethnic["Z"].group != ethnic["99"].group
    assert len(populations.under("protected")) == 9
    assert "digital_access" in {term.code for term in populations.under(None)}


def test_a_caller_cannot_alter_what_the_next_one_loads() -> None:
    load_frameworks().clear()
    assert load_frameworks() == SHIPPED


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'seven_themes'"):
        framework("seven_theme")
    with pytest.raises(ValueError, match="Did you mean 'leadership'"):
        framework("seven_themes").term("leadershp")


def test_an_own_framework_is_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        'id = "ours"\nname = "Ours"\nversion = "3"\n'
        'terms = [{ code = "a", label = "Ärzte 医生", seeds = ["doctor"] }]\n',
        encoding="utf-8",
    )
    ours = read_framework(path)
    assert (ours.id, ours.codes, ours.term("a").label) == ("ours", ("a",), "Ärzte 医生")


def test_an_own_framework_is_read_from_a_spreadsheet_saved_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "Trust coding frame.csv"
    path.write_text(
        "\ufeffCode,Label,Seeds,Parent\nfood,Food,meal; lunch ;,\ntea,Tea,cup of tea,food\n,,,\n", encoding="utf-8"
    )
    ours = read_framework(path)
    assert ours.id == "trust_coding_frame" and ours.multiple
    assert ours.term("food").seeds == ("meal", "lunch")
    assert [term.code for term in ours.under("food")] == ["tea"]


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        'id = "Bad Id"\nname = "Bad"\ntermz = 1\n'
        'terms = [{ code = "a", label = "A", sedes = ["x"] }, { code = "b" }]\n',
        encoding="utf-8",
    )
    with pytest.raises(InputProblems) as caught:
        read_framework(path)
    said = str(caught.value)
    assert len(caught.value.problems) == 5
    for part in ("version", "Did you mean 'terms'", "Did you mean 'seeds'", "has no label", "id"):
        assert part in said


def _said_of(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputProblems) as caught:
        read_framework(path)
    return [str(problem).removeprefix(f"{path.name}, ") for problem in caught.value.problems]


def test_what_is_wrong_between_rows_is_said_with_what_is_wrong_in_them_each_with_its_row(tmp_path: Path) -> None:
    said = _said_of(tmp_path / "own.csv", "code,label,parent\na,A,\na,B,zzz\n,X,\n")
    assert said == [
        "row 3, column “code”: the code 'a' is given to 2 terms. Give each its own.",
        "row 3, column “parent”: term 'a' stands under 'zzz', which is not a term. Allowed: a.",
        "row 4, column “code”: this key is needed and is missing. Add `code`.",
    ]


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path) -> None:
    said = _said_of(tmp_path / "own.csv", 'code,label\na,"A\nand so on"\n\n,,\nb,\na,C\na,D\n')
    assert said == [
        "row 5: term 'b' has no label; write one, or mark it `empty = true`. Correct it.",
        "row 6, column “code”: the code 'a' is given to 3 terms (and 1 more rows). Give each its own.",
    ]


def test_a_comma_without_quotation_marks_does_not_cut_a_row_short(tmp_path: Path) -> None:
    said = _said_of(tmp_path / "own.csv", "code,label,meaning\na,A,food, and drink\nb,B,rest\n")
    assert said == [
        "row 2: this row has 4 cells under 3 headings. Put quotation marks round a text that holds a comma."
    ]


def test_toml_terms_are_held_to_each_other_even_where_one_is_wrong_in_itself(tmp_path: Path) -> None:
    terms = '[{ code = "a", label = "A" }, { code = "a", label = "B", parent = "zz" }, { label = "C" }, { code = 1 }]'
    said = "\n".join(_said_of(tmp_path / "own.toml", f'id = "own"\nname = "Own"\nversion = "1"\nterms = {terms}\n'))
    for part in ("“terms.2.code”: the code 'a'", "“terms.2.parent”", "“terms.3.code”", "“terms.4.code”"):
        assert part in said


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ('[{ code = "a", label = "A" }, { code = "a", label = "B" }]', "given to 2 terms"),
        ('[{ code = "a", label = "A", parent = "c" }]', "which is not a term"),
        ('[{ code = "a", label = "A", parent = "b" }, { code = "b", label = "B", parent = "a" }]', "under itself"),
        ('[{ code = "a", label = "A", empty = true }]', "yet has a label"),
        ("[]", "at least 1"),
    ],
)
def test_terms_that_cannot_stand_together(tmp_path: Path, terms: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f'id = "own"\nname = "Own"\nversion = "1"\nterms = {terms}\n', encoding="utf-8")
    with pytest.raises(InputProblems, match=said):
        read_framework(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.toml", None, "missing"),
        ("bytes.toml", b"\xff\xfe\x00", "not UTF-8"),
        ("broken.toml", b"id = ", "not TOML"),
        ("headless.csv", b"title,words\nx,y\n", "not known"),
        ("empty.csv", b"", "at least 1"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputProblems, match=said):
        read_framework(tmp_path / name)


def test_a_circle_further_up_is_found_and_not_followed_for_ever() -> None:
    terms = [Term(code="a", label="A", parent="b"), Term(code="b", label="B", parent="c")]
    with pytest.raises(ValueError, match="under itself"):
        Framework(id="x", name="X", version="1", terms=(*terms, Term(code="c", label="C", parent="b")))


def test_the_data_files_are_inside_the_package_and_hold_no_paths_of_one_machine() -> None:
    folder = Path(str(__import__("holdfast.records", fromlist=["records"]).__file__)).parent / "frameworks_data"
    files = sorted(folder.glob("*.toml"))
    assert {path.stem for path in files} == set(SHIPPED) == {tomllib.loads(p.read_text())["id"] for p in files}
    assert not any(re.search(r"/(home|Users)/", path.read_text()) for path in files)
