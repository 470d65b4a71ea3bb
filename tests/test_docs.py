"""The documents keep their word: links lead somewhere, commands exist, the example runs, nothing private is in them."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
WRITTEN = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "GLOSSARY.md")] + PAGES
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _leaves(nav: Any) -> Iterator[str]:
    """Every page that a navigation names, at any depth."""
    if isinstance(nav, str):
        yield nav
    else:
        for entry in nav.values() if isinstance(nav, dict) else nav:
            yield from _leaves(entry)


def _prose(path: Path) -> str:
    """A page without its code blocks, in which brackets are not links."""
    return re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)


def test_every_page_is_in_the_navigation_once() -> None:
    config = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    named = sorted(_leaves(config["project"]["nav"]))
    assert named == sorted(page.relative_to(DOCS).as_posix() for page in PAGES)


@pytest.mark.parametrize("path", WRITTEN, ids=_named)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    targets = [link.partition("#")[0] for link in LINK.findall(_prose(path)) if not re.match(r"[a-z]+:", link)]
    lost = [target for target in targets if target and not (path.parent / target).exists()]
    assert not lost, f"{_named(path)} links to {lost}"


@pytest.mark.parametrize("path", PAGES, ids=_named)
def test_pages_of_the_site_link_only_to_pages_of_the_site(path: Path) -> None:
    """A link out of docs/ works in the repository and is dead on the site."""
    links = [link.partition("#")[0] for link in LINK.findall(_prose(path)) if not re.match(r"[a-z]+:", link)]
    outside = [link for link in links if not (path.parent / link).resolve().is_relative_to(DOCS)]
    assert not outside, f"{_named(path)} links out of docs/ to {outside}"


@pytest.mark.parametrize("path", WRITTEN, ids=_named)
def test_nothing_is_fetched_by_a_page(path: Path) -> None:
    """No picture, script or diagram from elsewhere: the site must be whole without the internet."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"!\[[^\]]*\]\(https?:|<(script|img|iframe|link)\b[^>]*https?:|^```\s*mermaid", text, re.M)


def test_the_commands_of_the_readme_are_verbs_of_the_script() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"))
    verbs = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    asked = set(re.findall(r"python3 dev\.py (\w+)", README))
    assert {"demo", "test"} <= asked <= verbs
    for verb in re.findall(r"`make (\w+)`", README):
        assert re.search(rf"^[\w ]*\b{verb}\b[\w ]*:", makefile, re.M), f"the Makefile has no {verb}"


def test_the_commands_of_the_readme_are_verbs_of_holdfast() -> None:
    typer = pytest.importorskip("typer")
    from holdfast.cli import app

    verbs = set(typer.main.get_command(app).commands)
    asked = set(re.findall(r"^    holdfast (\w+) ", README, re.M))
    assert {"new", "check", "learn", "show"} <= asked <= verbs


def test_every_dependency_has_a_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads("\n".join(lines))["project"]
    wanted = {*project["dependencies"], *(d for group in project["optional-dependencies"].values() for d in group)}
    for dependency in wanted:
        if dependency.startswith("holdfast["):
            continue
        found = [line.partition(" # ")[2] for line in lines if f'"{dependency}"' in line]
        assert found, f"{dependency} is not on a line of its own"
        assert all(re.search(r"[a-z]{4}", reason) for reason in found), f"{dependency} has no reason beside it"


def test_every_test_that_methods_cites_exists() -> None:
    cited = re.findall(r"`(tests/[\w/]+\.py)`", (DOCS / "methods.md").read_text(encoding="utf-8"))
    assert len(cited) > 20
    assert not [name for name in cited if not (ROOT / name).is_file()]


def test_every_test_that_needs_reference_data_is_marked_so_in_methods() -> None:
    text = (DOCS / "methods.md").read_text(encoding="utf-8")
    for name in set(re.findall(r"`(tests/[\w/]+\.py)`", text)):
        needs = "shared_data" in (ROOT / name).read_text(encoding="utf-8")
        assert (f"`{name}` †" in text) == needs, f"{name} {'needs' if needs else 'does not need'} the dagger"


def test_every_path_that_the_pages_name_exists() -> None:
    """Files of the project named in prose, as `src/…`, `tests/…`, `benchmarks/…`, or a command that runs one."""
    for path in WRITTEN:
        for name in re.findall(r"(?:`|python )((?:src|tests|benchmarks|docs|examples)/[\w./-]+)", _prose(path)):
            assert (ROOT / name).exists(), f"{_named(path)} names {name}"


def test_decision_records_are_numbered_without_gaps_and_say_when_and_whether() -> None:
    records = sorted((DOCS / "decisions").glob("*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(record.name[:4])}. "), record.name
        for part in ("Status: ", "## Context", "## Decision", "## Consequences"):
            assert part in text, f"{record.name} lacks {part}"


def test_the_example_of_the_readme_runs_and_finds_what_was_put_in(capsys: pytest.CaptureFixture[str]) -> None:
    """The truth is −0.03, and the interval of seed 1 holds it; four standard errors either side hold the estimate."""
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.M | re.S)
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)
    held = names["cells"].set_index("practice").loc["Call back within the hour"]
    assert held["low"] < -0.03 < held["high"]
    assert abs(held["estimate"] + 0.03) < held["high"] - held["low"]
    assert held["verdict"] == "retain"
    assert "staggered difference-in-differences" in capsys.readouterr().out


PRIVATE = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:wo" r"rk|ro" r"ot|ho" r"me|Us" r"ers)/\w"),
    "a registry's host": re.compile(r"https?://(?!pypi\.org)[^\s\"'<>)]*/sim" r"ple\b|--(?:extra-)?index" r"-url"),
    "an address of one network": re.compile(r"https?://(?!127\.0\.0\.1)\d+\.\d+\.\d+\.\d+"),
}


def _tracked() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if out.returncode:
        pytest.skip("this copy is not a git checkout, so which files are tracked is not known")
    return [ROOT / name for name in out.stdout.decode().split("\0") if name]


@pytest.mark.parametrize("what", PRIVATE)
def test_no_file_holds(what: str) -> None:
    held = []
    for path in _tracked():
        if path.is_file() and b"\0" not in (raw := path.read_bytes()):
            held += [_named(path)] * bool(PRIVATE[what].search(raw.decode("utf-8", "replace")))
    assert not held, f"{what} is in {held}"
