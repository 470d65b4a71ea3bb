"""Changes in general practice and the community, and the truth about each: what it does, and to whom."""

from __future__ import annotations

from typing import Final

from holdfast.simulate.measures import GP, NEAR_HOME
from holdfast.simulate.specs import Act, ChangeSpec

_OLDEST_ONLY: Final = {"age": (0.0, 0.1, 1.0, 4.5)}

NEAR_HOME_CHANGES: Final = (
    ChangeSpec(
        "digital-triage",
        "Online triage in general practice",
        "Requests come through an online form and are sorted by a clinician the same day.",
        "Online triage",
        ("Booking by telephone or at the desk",),
        GP,
        "everyone by dose",
        (
            Act("gp-same-day", 6.0, by={"age": (1.2, 1.2, 0.8, 0.2)}),
            Act("gp-online", 10.0, volume=0.08),
            Act("gp-return", -1.2, by={"age": (0.3, 0.4, 1.0, 5.0)}),
            Act("gp-experience", 2.0, by={"age": (1.0, 1.4, 0.4, -2.0)}),
        ),
        window=(14, 14),
        details={
            "kind": "technology", "origin": "top-down", "aspect": "patient access", "pathway": "primary care",
            "level": "national", "planned_months": 48, "actual_months": 1,
            "mandate": "National standard operating procedure for general practice", "cost": 60000,
        },
    ),
    ChangeSpec(
        "volunteer-response",
        "Coordinated volunteer response",
        "Volunteers fetch medicines and shopping and phone people who are shielding.",
        "Volunteer response",
        ("District nurses' welfare visits",),
        NEAR_HOME,
        "lapsing",
        (
            Act("frail-admissions", 2.6),
            Act("volunteer-tasks", 6.0),
            Act("missed-medicines", 1.2),
            Act("wellbeing", 1.5, by={"deprivation": (1.4, 1.2, 1.0, 0.8, 0.6)}),
        ),
        window=(8, 14),
        share=0.65,
        details={
            "kind": "service innovation", "origin": "bottom-up", "aspect": "organisation of services",
            "pathway": "community support", "level": "place", "planned_months": 18, "actual_months": 0.5,
            "second_order_value": "Councils and charities now hold one list of who needs what", "cost": 30000,
        },
    ),
    ChangeSpec(
        "link-workers",
        "Social prescribing link workers",
        "Link workers connect people to activities and advice in their community.",
        "Link worker appointments",
        (),
        GP,
        "staggered",
        (
            Act("frequent-attenders", 0.0),
            Act("link-referrals", 3.0),
        ),
        also_watch=("antidepressant-starts", "loneliness"),
        details={
            "kind": "service innovation", "origin": "top-down", "aspect": "organisation of services",
            "pathway": "prevention", "level": "primary care network", "planned_months": 24,
            "actual_months": 10, "mandate": "Network contract", "cost": 70000,
        },
    ),
    ChangeSpec(
        "pharmacy-consult",
        "Minor illness sent to the pharmacy",
        "Practices direct people with a minor illness to a consultation with a community pharmacist.",
        "Pharmacist consultations",
        ("GP appointments for minor illness",),
        GP,
        "staggered",
        (
            Act("gp-minor-illness", 0.2),
            Act("pharmacy-consultations", 5.0, "grow"),
            Act("antibiotic-courses", -2.6),
            Act("serious-illness-late", -0.7, by=_OLDEST_ONLY),
            Act("pharmacy-experience", 0.4),
        ),
        window=(9, 21),
        need=-0.6,
        details={
            "kind": "service innovation", "origin": "top-down", "aspect": "patient access",
            "pathway": "primary care", "level": "system", "planned_months": 12, "actual_months": 4,
            "mandate": "Community pharmacy contract", "cost": 50000,
        },
    ),
)  # fmt: skip
"""Four changes outside hospital."""
