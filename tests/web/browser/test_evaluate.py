"""An analyst evaluates NHS 111 First in a browser: the real tables, from upload to result, by a real worker."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.web.evidence.worker import until, worker

from holdfast.web.evidence import reading
from holdfast.web.evidence.models import DONE, Run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "nhs-111-first"
LEFT_OUT = "R0D, RA3, RA4, RAP, RBA, RBZ, RC1, RD3, RDD, RDZ, RH5, RNL, RNN, RQ8, RVY, RW6, RXH"
LEVELS = "1 (most deprived catchments)\n2\n3\n4\n5 (least deprived catchments)"
REGIONS = (
    *("East Of England", "London", "Midlands", "North East And Yorkshire"),
    *("North West", "South East", "South West"),
)
MADE = (
    ("over_four_hours", "gt4_type1", "att_type1"),
    ("over_twelve_hours", "dta_gt12h", "att_type1"),
    ("attendances", "att_type1", ""),
    ("admitted", "adm_via_ae", "att_total"),
    ("booked", "booked_type1", ""),
)


def _press(page: Any, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def _bring(page: Any, shared: Path) -> None:
    page.goto("/evidence/")
    page.get_by_role("button", name="Bring tables").click()
    page.get_by_label("What are these tables about?").fill("NHS 111 First, booked arrivals")
    tables = shared / "nhs-111-first"
    files = [
        tables / "trusts.csv",
        tables / "ae_provider_monthly.csv.gz",
        EXAMPLE / "changes.csv",
        EXAMPLE / "measures.csv",
    ]
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    _press(page, "Bring them")


def _map_sites(page: Any, axe: Any) -> None:
    page.get_by_role("link", name="What it holds (trusts.csv)").click()
    axe(page)
    assert page.get_by_role("radio", name="Sites:").is_checked()
    _press(page, "Save and look at the columns")
    axe(page)
    assert page.get_by_label("site", exact=True).input_value() == "org_code"
    page.get_by_label("Setting, where it is the same").fill("emergency department")
    page.get_by_text("Keep or leave out some rows").click()
    page.locator("[name=filter_1_column]").select_option("type1_any")
    page.locator("[name=filter_1_values]").fill("true")
    page.locator("[name=filter_2_column]").select_option("org_code")
    page.locator("[name=filter_2_how]").select_option("drop")
    page.locator("[name=filter_2_values]").fill(LEFT_OUT)
    _press(page, "Save and continue")


def _map_observations(page: Any, axe: Any) -> None:
    page.get_by_role("link", name="Columns of ae_provider_monthly.csv.gz").click()
    assert page.get_by_label("period", exact=True).input_value() == "period"
    page.get_by_text("Keep or leave out some rows").click()
    page.locator("[name=filter_1_column]").select_option("att_type1")
    page.locator("[name=filter_1_how]").select_option("drop")
    page.locator("[name=filter_1_values]").fill("0")
    _press(page, "Save and continue")
    for measure, numerator, denominator in MADE:
        page.get_by_label("Measure", exact=True).fill(measure)
        page.locator(f"[name=numerator][value={numerator}]").check()
        if denominator:
            page.locator(f"[name=denominator][value={denominator}]").check()
        _press(page, "Add this measure")
    axe(page)
    page.get_by_role("link", name="That is all of them").click()


def _describe(page: Any, axe: Any) -> None:
    page.get_by_role("link", name="Change what it is about").click()
    page.get_by_label("Leave them out, and count them").check()
    _press(page, "Save")
    for name, column, more in (
        ("region", "region (ae_provider_monthly.csv.gz)", {"levels": "\n".join(f"NHS England {r}" for r in REGIONS)}),
        ("deprivation", "mean_ltla_imd_quintile_1dep_5not (trusts.csv)", {"levels": LEVELS, "quantiles": "5"}),
    ):
        page.get_by_role("link", name="Add a population").click()
        page.get_by_label("What is it called?").fill(name)
        page.get_by_label("Which column holds it?").select_option(label=column)
        for field, value in more.items():
            page.locator(f"[name={field}]").fill(value)
        page.locator("[name=first][value=lowest]").check()
        page.locator("[name=version]").fill({"region": "NHS England regions"}.get(name, "IMD 2019, district averages"))
        _press(page, "Save")
    page.get_by_role("link", name="Derive adoption from a measure").click()
    page.get_by_label("Which change?").fill("nhs-111-first")
    page.get_by_label("Derived from which measure?").fill("booked")
    page.get_by_label("A site has it on from the first period with more than").fill("20")
    axe(page)
    _press(page, "Save")
    axe(page)


def _study(page: Any, axe: Any) -> None:
    page.get_by_role("link", name="Go on to the protocols").or_(
        page.get_by_role("button", name="Go on to the protocols")
    ).click()
    page.get_by_role("link", name="Edit nhs-111-first").click()
    axe(page)
    page.get_by_label("The study’s name").fill("booked-arrivals")
    page.get_by_label("Which measure decides?").select_option("over_four_hours")
    page.locator("[name=measures][value=booked]").uncheck()
    page.locator("[name=populations]").fill("region, deprivation")
    page.locator("[name=start]").fill("2019-04-01")
    page.locator("[name=end]").fill("2022-12-01")
    page.locator("[name=equity_dimension]").fill("deprivation")
    _press(page, "Save and check")


def _wait(page: Any, heading: str) -> None:
    """Until the page says so by itself; any other end of the waiting is told by what the page says instead."""
    page.locator("[data-poll]").wait_for(state="detached", timeout=100_000)
    assert page.locator("h1").inner_text() == heading, page.inner_text("main")


def test_from_upload_to_result_on_the_real_tables(
    sit_down: Callable[..., Any], axe: Any, shared_data: Path, home: Path
) -> None:
    page = sit_down("analyst")
    page.set_default_timeout(60_000)
    _bring(page, shared_data)
    axe(page)
    _map_sites(page, axe)
    _map_observations(page, axe)
    _describe(page, axe)
    _press(page, "Check the tables")
    assert "No worker is running" in page.inner_text("main")
    axe(page)
    with worker(home):
        _wait(page, "What can be answered")
        _study(page, axe)
        _wait(page, "What can be answered")
        said = page.inner_text("main")
        assert "84 of 118 sites adopted" in said and "staggered difference-in-differences" in said
        axe(page)
        page.get_by_role("button", name="Go on to the protocols").or_(
            page.get_by_role("link", name="Go on to the protocols")
        ).click()
        _press(page, "Fix version 1")
        assert "Fixed as version 1" in page.inner_text("main")
        axe(page)
        page.get_by_role("button", name="Go on to the run").or_(
            page.get_by_role("link", name="Go on to the run")
        ).click()
        axe(page)
        _press(page, "Run it")
        run = Run.objects.get()
        page.get_by_role("heading", name="What it found").wait_for(timeout=150_000)
    axe(page)
    run.refresh_from_db()
    assert run.state == DONE and run.attempts == 1
    page.get_by_role("link", name="NHS 111 First: booked arrival slots").click()
    said = page.inner_text("main")
    for words in (
        "For whom",
        "Region NHS England London",
        "Deprivation 1 (most deprived catchments)",
        "What is missing",
    ):
        assert words in said, words
    broken = page.evaluate(
        "[...document.images].filter(i => { i.loading = 'eager'; return i.complete && !i.naturalWidth }).length"
    )
    assert broken == 0
    axe(page)
    _same_as_by_hand(run, shared_data, home)


def _same_as_by_hand(run: Run, shared: Path, home: Path) -> None:
    """The example's own holdfast.toml, written by hand, gives the same effects as the choices in the browser."""
    import shutil

    from holdfast.learning import learn
    from holdfast.share import release

    folder = home / "by-hand"
    shutil.copytree(EXAMPLE, folder)
    told = (folder / "holdfast.toml").read_text("utf-8").replace("../../../shared/data", shared.as_posix())
    (folder / "holdfast.toml").write_text(told, "utf-8")
    found = learn(folder)
    released = release(found.findings, measures=found.workspace.measures.values())
    mine = reading.findings(run)
    for ours, theirs in ((mine.effects, released.findings.effects), (mine.gaps, released.findings.gaps)):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            _same_row(dataclasses.asdict(one), dataclasses.asdict(other))
    assert [c.verdict for c in mine.cells] == [c.verdict for c in released.findings.cells]


def test_a_waiting_run_is_watched_and_cancelled_without_javascript(
    sit_down: Callable[..., Any], person: Callable[..., Any], axe: Any, home: Path
) -> None:
    from tests.web.evidence import things

    dataset = things.brought(person("analyst"), home / "new")
    page = sit_down("analyst", scripts=False)
    page.goto(f"/evidence/data/{dataset.pk}/protocols")
    _press(page, "Fix version 1")
    page.goto(f"/evidence/data/{dataset.pk}/run")
    _press(page, "Run it")
    assert "It is waiting to begin" in page.inner_text("main") and "No worker is running" in page.inner_text("main")
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1
    page.get_by_role("link", name="Check progress").click()
    _press(page, "Cancel this run")
    assert "It was cancelled" in page.inner_text("main")
    _press(page, "Run it again")
    run = Run.objects.first()
    with worker(home):
        until(lambda: Run.objects.get(pk=run.pk).state == DONE)
    page.get_by_role("link", name="Check progress").click()
    assert "What it found" in page.inner_text("main")


def _same_row(one: dict[str, Any], other: dict[str, Any]) -> None:
    """The worker sums on one thread and this process on several, so the last digits may differ; nothing else may."""
    for name, value in one.items():
        if isinstance(value, float):
            assert value == pytest.approx(other[name], rel=1e-9, abs=1e-12, nan_ok=True), name
        else:
            assert value == other[name], name
