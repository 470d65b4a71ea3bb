"""The twelve changes of the simulated world, and the truth about each: what it does, and to whom."""

from __future__ import annotations

from typing import Final

from holdfast.simulate.changes_near_home import NEAR_HOME_CHANGES
from holdfast.simulate.measures import ACUTE, FOLLOW_UP, HOSPITAL_AND_HOME, OUTPATIENTS
from holdfast.simulate.specs import SETTINGS, Act, ChangeSpec

_BETTER_OFF_MORE: Final = {"deprivation": (0.3, 0.7, 1.0, 1.3, 1.6)}
_BETTER_OFF_ONLY: Final = {"deprivation": (-0.7, 0.0, 0.9, 1.8, 2.2)}
_OLDEST_ONLY: Final = {"age": (0.0, 0.1, 1.0, 4.5)}

_HOSPITAL_CHANGES: Final = (
    ChangeSpec(
        "video-clinics",
        "Video clinics",
        "Outpatient clinics moved to video so that people need not travel or share a waiting room.",
        "Video clinic appointments",
        ("Face-to-face clinic slots",),
        OUTPATIENTS,
        "staggered",
        (
            Act("outpatient-missed", 2.4, by={**_BETTER_OFF_MORE, "age": (1.2, 1.25, 0.9, 0.1)}),
            Act("outpatient-remote", 5.0),
            Act("seen-again-soon", -0.3, volume=0.08),
            Act("examined-late", -0.8, by=_OLDEST_ONLY),
            Act("clinic-experience", 0.9, by={"age": (1.0, 1.2, 0.6, -2.0)}),
        ),
        window=(9, 21),
        details={
            "kind": "technology", "origin": "both", "aspect": "patient access", "pathway": "outpatients",
            "level": "trust", "planned_months": 24, "actual_months": 0.5,
            "mandate": "Standard operating procedure for remote consultations",
            "second_order_value": "Clinicians of several sites began to hold clinics together", "cost": 40000,
        },
    ),
    ChangeSpec(
        "booked-slots",
        "Booked emergency slots",
        "People who phone first are given a time to arrive at the emergency department.",
        "Booked arrival slots",
        ("Walk-in only queue",),
        ACUTE,
        "staggered",
        (
            Act("ed-over-four-hours", 2.6, "grow"),
            Act("ed-booked", 4.0, "grow"),
            Act("ed-left-unseen", 0.6),
            Act("ed-experience", 1.5),
        ),
        also_watch=("ed-return",),
        details={
            "kind": "service innovation", "origin": "top-down", "aspect": "patient access",
            "pathway": "urgent and emergency care", "level": "system", "planned_months": 12, "actual_months": 5,
            "mandate": "National direction to pilot phoning first", "cost": 90000,
        },
    ),
    ChangeSpec(
        "seven-day-therapy",
        "Therapists moved to the wards, seven days",
        "Allied health professionals of the musculoskeletal service joined an acute team with longer days and "
        "weekend cover, to start therapy sooner and speed discharge.",
        "Seven-day ward therapy",
        ("Weekday musculoskeletal clinics",),
        ACUTE,
        "staggered",
        (
            Act("length-of-stay", 3.0),
            Act("therapy-at-weekends", 4.0),
            Act("msk-wait", -3.0, "grow"),
            Act("ward-experience", 1.2),
        ),
        window=(9, 19),
        also_watch=("readmissions",),
        details={
            "kind": "way of working", "origin": "bottom-up", "aspect": "organisation of services",
            "pathway": "rehabilitation", "level": "team", "planned_months": 12, "actual_months": 1,
            "second_order_value": "Ward nurses learned to start mobilising patients", "cost": 120000,
        },
    ),
    ChangeSpec(
        "discharge-hub",
        "Multi-agency discharge hub",
        "Health, social care and the voluntary sector plan each discharge together from one room.",
        "Discharge hub",
        ("Ward-by-ward referral to social care",),
        HOSPITAL_AND_HOME,
        "staggered",
        (
            Act("delayed-days", 3.2, "grow"),
            Act("home-by-noon", 2.0),
            Act("length-of-stay", 1.5, "grow"),
            Act("discharge-experience", 1.4),
        ),
        window=(9, 19),
        share=0.4,
        beside="seven-day-therapy",
        also_watch=("to-care-home", "readmissions"),
        details={
            "kind": "service innovation", "origin": "both", "aspect": "organisation of services",
            "pathway": "discharge", "level": "place", "planned_months": 24, "actual_months": 2,
            "mandate": "Discharge to assess guidance", "cost": 150000,
        },
    ),
    ChangeSpec(
        "remote-monitoring",
        "Remote monitoring at home",
        "People with lung disease go home with a monitor that a hospital team watches.",
        "Monitoring at home",
        ("Routine nurse home visits",),
        ACUTE,
        "few",
        (
            Act("lung-readmissions", 4.0),
            Act("monitored-at-home", 5.0),
            Act("home-experience", 1.5),
        ),
        window=(18, 18),
        also_watch=("night-calls",),
        details={
            "kind": "technology", "origin": "bottom-up", "aspect": "tools", "pathway": "respiratory",
            "level": "team", "planned_months": 12, "actual_months": 3, "cost": 200000,
        },
    ),
    ChangeSpec(
        "patient-led-follow-up",
        "Follow-up started by the patient",
        "Instead of a routine date, people ask to be seen when their condition changes.",
        "Patient-initiated follow-up",
        ("Routine timed follow-up",),
        FOLLOW_UP,
        "staggered",
        (
            Act("overdue-follow-up", 2.2, by=_BETTER_OFF_ONLY),
            Act("patient-led", 3.0),
            Act("outpatient-missed", 0.5),
            Act("urgent-contacts", -0.6, by={"deprivation": (3.5, 1.5, 0.5, 0.0, 0.0)}),
            Act("in-control", 1.0, by={"deprivation": (-1.0, 0.0, 1.0, 1.6, 2.0)}),
        ),
        window=(11, 21),
        need=-0.8,
        details={
            "kind": "way of working", "origin": "top-down", "aspect": "patient access", "pathway": "outpatients",
            "level": "specialty", "planned_months": 24, "actual_months": 12,
        },
    ),
    ChangeSpec(
        "shared-list",
        "One waiting list across hospitals",
        "Hospitals pool their surgical lists and offer the next free slot anywhere in the system.",
        "Shared waiting list",
        ("Each hospital's own list",),
        ACUTE,
        "everyone at once",
        (
            Act("waits-over-52-weeks", 3.5),
            Act("treated-elsewhere", 3.0),
            Act("kept-informed", 1.0),
        ),
        window=(26, 26),
        also_watch=("cancelled-on-the-day",),
        details={
            "kind": "service innovation", "origin": "top-down", "aspect": "organisation of services",
            "pathway": "planned care", "level": "system", "planned_months": 36, "actual_months": 6, "cost": 250000,
        },
    ),
    ChangeSpec(
        "e-rostering",
        "Electronic rosters",
        "Shifts are planned and offered on one electronic system.",
        "Electronic rosters",
        ("Paper rosters",),
        SETTINGS,
        "staggered",
        (
            Act("agency-shifts", 0.0),
            Act("rosters-early", 3.0),
        ),
        window=(10, 22),
        need=1.2,
        also_watch=("overtime", "staff-experience"),
        details={
            "kind": "technology", "origin": "top-down", "aspect": "tools", "pathway": "workforce",
            "level": "trust", "planned_months": 18, "actual_months": 9,
        },
    ),
)  # fmt: skip

CHANGES: Final[dict[str, ChangeSpec]] = {spec.change: spec for spec in (*_HOSPITAL_CHANGES, *NEAR_HOME_CHANGES)}
"""Every change of the world by name; a change named in another's ``beside`` comes before it."""
