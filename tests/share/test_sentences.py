"""The second guard: small counts of people written out in sentences."""

from __future__ import annotations

import pytest

from holdfast.share.disclosure.profiles import profile
from holdfast.share.disclosure.sentences import guard

NHS = profile("nhs_secondary_care")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("There were 4 patients a month.", "There were 7 or fewer patients a month."),
        ("only 7 older people were seen", "only 7 or fewer older people were seen"),
        ("2.4 attendances a month", "7 or fewer attendances a month"),
        ("1 death", "7 or fewer death"),
        ("5 widgets were made", "7 or fewer widgets were made"),
    ],
)
def test_small_counts_of_people_are_covered(said: str, shown: str) -> None:
    assert guard(said, NHS, units=["widgets"]) == shown


@pytest.mark.parametrize(
    "said",
    [
        "only 2 sites can serve as comparison",
        "8 patients were seen",
        "about 3 fewer per 1,000 attendances",
        "3 patients per 1,000",
        "1 in 5 patients",
        "per 1,000 patients",
        "24 of 60 sites adopted in 3 different periods",
        "p = 0.04 for patients",
        "12.5 people a month",
        "from 2021 patients were told",
        "IMD 2019 people",
    ],
)
def test_everything_else_is_left_alone(said: str) -> None:
    assert guard(said, NHS) == said


def test_a_profile_that_hides_nothing_covers_nothing() -> None:
    assert guard("4 patients", profile("published_counts")) == "4 patients"
