"""The living report: complete, honest, self-contained and safe."""

from __future__ import annotations

import dataclasses
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import builders
import pytest

from holdfast.records import Change, Findings
from holdfast.share import Meta, Released, release, report, write_report


class Outline(HTMLParser):
    """Tags, ids, headings and links of a page; raises on a tag closed out of order."""

    VOID = frozenset({"meta", "link", "br", "path", "line", "rect", "circle"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.headings: list[int] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [v for k, v in attrs if k == "id" and v]
        self.links += [v for k, v in attrs if k in ("href", "src") and v]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(released: Released, meta: Meta) -> str:
    return report(released, builders.changes(), builders.MEASURES, meta)


def section_of(page: str, number: int) -> str:
    start = page.index(f'id="change-{number}"')
    following = page.find(f'id="change-{number + 1}"', start)
    return page[start : following if following > 0 else None]


def text_of(fragment: str) -> str:
    fragment = re.sub(r"<(svg|style).*?</\1>", " ", fragment, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", fragment).split())


def test_the_page_is_whole_and_well_formed(page: str) -> None:
    outline = Outline(page)
    assert len(outline.ids) == len(set(outline.ids))
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))
    missing = {link for link in outline.links if link.startswith("#")} - {f"#{i}" for i in outline.ids}
    assert not missing
    assert '<html lang="en-GB">' in page
    assert {"header", "nav", "main", "footer"} <= outline.tags


def test_nothing_is_fetched_and_nothing_runs(page: str) -> None:
    outline = Outline(page)
    assert "script" not in outline.tags
    assert not [a for a in outline.attributes if a.startswith("on")]
    assert not [link for link in outline.links if not link.startswith(("#", "data:"))]
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/2000/svg)", page)


def test_every_part_is_there_for_an_answered_change(page: str) -> None:
    section = text_of(section_of(page, 2))
    for part in (
        "For whom", "Over time", "The gap", "Every measure", "Checks", "The recommendation, for each group and setting",
        "How we know", "What was left out, and why", "The plan, and how to do this again", "Who disagrees",
        "What would change it", "in every 1,000 attendances", "fixed 95% intervals", "a look every month",
        "Groups are coded by IMD 2019", "It was changed afterwards: there are 2 versions", "Simultaneous 95% band",
        "The smallest effect it could be expected to see", "Disclosure control",
    ):  # fmt: skip
        assert part in section, part
    assert section.index("For whom") < section.index("Over time") < section.index("The gap")
    assert section_of(page, 2).count("<svg") == 5


def test_the_overview_counts_and_points(page: str) -> None:
    front = text_of(page[: page.index('id="change-1"')])
    assert "12 changes were looked at" in front
    assert "Emerging" in front
    assert "3 May 2024" in front
    assert "1 cannot be told yet" in front
    assert 'href="#verdict-reinstate"' in page


def test_what_cannot_be_told_has_reasons_and_remedies_and_no_effect(page: str) -> None:
    section = section_of(page, 8)
    said = text_of(section)
    assert "We cannot tell yet what community diagnostic hubs did to waits over four hours." in said
    assert "only 2 sites can serve as comparison" in said
    assert "wait until June 2025" in said.lower().replace("wait until june", "wait until June")
    assert "<svg" not in section
    assert not re.search(r"percentage points|\(−|\(\+|in every 1,000", said)


def test_the_method_s_own_sentence_is_there(page: str) -> None:
    assert "Whatever else happened at that time is in the number." in section_of(page, 7)
    assert "stronger assumption" in section_of(page, 6)


def test_a_change_that_widens_a_gap_is_never_plain_good_news(page: str) -> None:
    section = section_of(page, 2)
    assert 'class="card mixed' in section
    assert "with a catch" in section
    assert "But the gap between" in section
    assert 'class="tag good' not in section


def test_the_gap_that_counts_is_the_one_the_plan_names(meta: Meta) -> None:
    """A wider gap in a dimension the plan did not name is shown, but only the named one makes the headline."""
    found = builders.findings((builders.PLOTS[0],))
    wider = tuple(
        dataclasses.replace(g, dimension="ethnicity", most="Asian", least="White", p_widens=0.99) for g in found.gaps
    )
    plan = dataclasses.replace(
        found.protocols[0], version=2, text='{"study": {"primary": "over_4h", "equity_dimension": "deprivation"}}'
    )
    both = dataclasses.replace(found, gaps=found.gaps + wider, protocols=(*found.protocols, plan))
    unnamed = dataclasses.replace(both, protocols=found.protocols)
    pages = [
        report(release(f, measures=builders.MEASURES), builders.changes()[:1], builders.MEASURES, meta)
        for f in (both, unnamed)
    ]
    assert "with a catch" not in text_of(section_of(pages[0], 1)).lower()
    assert "Other gaps in waits over four hours" in pages[0]
    assert "with a catch" in text_of(section_of(pages[1], 1)).lower()


def test_a_clear_effect_on_a_measure_without_a_good_side_is_not_called_unclear(meta: Meta) -> None:
    found = builders.findings((builders.PLOTS[0],))
    moved = tuple(
        dataclasses.replace(e, estimate=0.2, low=0.1, high=0.3) if e.measure == "volume" else e for e in found.effects
    )
    released = release(dataclasses.replace(found, effects=moved), measures=builders.MEASURES)
    page = report(released, builders.changes()[:1], builders.MEASURES, meta)
    assert "<td>higher</td>" in page


def test_the_line_is_on_the_page_and_in_every_section(page: str, released: Released) -> None:
    assert all(released.line in text_of(section_of(page, n)) for n in range(1, 13))
    assert released.line in text_of(page[page.index("<footer") :])


def test_how_to_reproduce_it_is_on_the_page(page: str) -> None:
    assert "holdfast learn westshire" in page
    assert "ab" * 32 in page
    assert "Holdfast 0.1.0" in page


def test_few_people_are_said_and_not_numbered(page: str) -> None:
    section = text_of(section_of(page, 11))
    assert "not shown: few people" in section
    assert "Not shown: too few people." in section


def test_the_same_findings_give_the_same_bytes(page: str, meta: Meta) -> None:
    again = report(
        release(builders.findings(), measures=builders.MEASURES), builders.changes(), builders.MEASURES, meta
    )
    assert again == page


def test_size_and_time_for_twelve_changes(released: Released, meta: Meta, page: str) -> None:
    """Twelve changes, sixteen populations: under ten megabytes; the bound on time leaves room for a busy machine."""
    assert len(page.encode()) < 10_000_000
    start = time.process_time()
    report(released, builders.changes(), builders.MEASURES, meta)
    assert time.process_time() - start < 15


def test_hostile_text_stays_text(meta: Meta) -> None:
    found, changes, measures = builders.hostile()
    spoilt = dataclasses.replace(meta, workspace=builders.HOSTILE[0], description=builders.HOSTILE[-1])
    page = report(release(found, measures=measures), changes, measures, spoilt)
    outline = Outline(page)
    assert "script" not in outline.tags
    assert not [a for a in outline.attributes if a.startswith("on")]
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]", page)
    assert "{{ 7*7 }}" in page
    assert "👩🏽‍⚕️ ward round ✨" in page


@pytest.mark.parametrize("changes", [(), (Change("new", "Something new", "Something new"),)])
def test_nothing_found_yet_is_a_page_too(changes: tuple[Change, ...], meta: Meta) -> None:
    page = report(release(Findings()), changes, (), meta)
    Outline(page)
    assert ("No changes have been looked at yet" in page) == (not changes)


def test_findings_that_nobody_described_are_shown_under_their_own_names(meta: Meta) -> None:
    found = builders.findings((builders.PLOTS[0],))
    page = report(release(found), (), (), meta)
    assert "over_4h" in page
    Outline(page)


def test_a_change_without_gap_checks_or_paths_is_shown(meta: Meta) -> None:
    found = builders.findings((builders.PLOTS[0],))
    bare = Findings(effects=found.effects, evaluability=found.evaluability)
    page = report(release(bare, measures=builders.MEASURES), builders.changes()[:1], builders.MEASURES, meta)
    assert "We do not know what it did to the gap" in page
    Outline(page)


def test_a_killed_write_leaves_the_old_page_and_no_scraps(
    tmp_path: Path, released: Released, meta: Meta, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("the old page", encoding="utf-8")

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("holdfast.share.writing.os.replace", cut)
    with pytest.raises(KeyboardInterrupt):
        write_report(path, released, builders.changes(), builders.MEASURES, meta)
    assert path.read_text(encoding="utf-8") == "the old page"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_the_page_is_written_and_entered(tmp_path: Path, meta: Meta) -> None:
    found = builders.findings((builders.PLOTS[7],))
    released = release(found, measures=builders.MEASURES, ledger=tmp_path / "releases.jsonl")
    path = write_report(tmp_path / "out" / "report.html", released, builders.changes()[7:8], builders.MEASURES, meta)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert '"what": "report.html"' in (tmp_path / "releases.jsonl").read_text(encoding="utf-8")
