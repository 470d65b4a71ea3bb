"""The measures of the simulated world: the four families for each of its changes."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from holdfast.simulate.specs import SETTINGS, MeasureSpec

ACUTE: Final = ("acute",)
GP: Final = ("primary care",)
OUTPATIENTS: Final = ("acute", "community", "mental health")
HOSPITAL_AND_HOME: Final = ("acute", "community")
NEAR_HOME: Final = ("primary care", "community", "ambulance")
FOLLOW_UP: Final = ("acute", "mental health")
_FAMILY: Final[dict[str, dict[str, Any]]] = {
    "outcome": {},
    "process": {"dimensions": ("deprivation",), "need": 0.4, "gradient": 0.3, "wave": 0.0, "trend": 0.2, "season": 0.2},
    "balancing": {"dimensions": ("deprivation", "age"), "need": 0.8, "gradient": 1.0, "wave": 1.5, "season": 0.5},
    "experience": {"dimensions": ("deprivation", "age"), "need": 0.7, "gradient": 0.8, "wave": 1.5, "season": 0.3},
}


def _measure(family: str, name: str, label: str, kind: str, better: str, **rest: Any) -> MeasureSpec:
    return MeasureSpec(name, label, family, kind, better, **{**_FAMILY[family], **rest})


def _share(family: str, name: str, label: str, better: str, matters: float, usual: float, **rest: Any) -> MeasureSpec:
    return _measure(family, name, label, "proportion", better, smallest_important=matters, baseline=usual, **rest)


def _rate(family: str, name: str, label: str, better: str, matters: float, usual: float, **rest: Any) -> MeasureSpec:
    return _measure(family, name, label, "rate", better, smallest_important=matters, baseline=usual, **rest)


def _mean(family: str, name: str, label: str, better: str, matters: float, usual: float, **rest: Any) -> MeasureSpec:
    return _measure(family, name, label, "mean", better, smallest_important=matters, baseline=usual, **rest)


def _count(family: str, name: str, label: str, better: str, matters: float, usual: float, **rest: Any) -> MeasureSpec:
    return _measure(family, name, label, "count", better, smallest_important=matters, baseline=usual, **rest)


_VIDEO: Final = (
    _share("outcome", "outpatient-missed", "Outpatient appointments missed", "lower", 0.01, 0.12, size=1500, trend=1.0),
    _share("process", "outpatient-remote", "Outpatient appointments held remotely", "neither", 0.05, 0.2, size=1500),
    _share("balancing", "seen-again-soon", "Seen again in person within 30 days", "lower", 0.01, 0.12, size=1400),
    _rate("balancing", "examined-late", "Problems found late for want of an examination", "lower", 2, 22, size=3000,
          practice="displaced", trend=-0.8),
    _share("experience", "clinic-experience", "Would recommend the clinic", "higher", 0.02, 0.78, size=500),
)  # fmt: skip
_BOOKED: Final = (
    _share("outcome", "ed-over-four-hours", "Emergency department waits over four hours", "lower", 0.02, 0.28,
           size=5000, trend=2.0),
    _share("process", "ed-booked", "Emergency arrivals with a booked slot", "higher", 0.02, 0.07, size=5000),
    _share("balancing", "ed-left-unseen", "Left the emergency department unseen", "lower", 0.005, 0.05, size=5000),
    _share("balancing", "ed-return", "Returned to the emergency department in 7 days", "lower", 0.005, 0.07,
           size=5000),
    _mean("experience", "ed-experience", "Patients' score of the emergency department, 0 to 10", "higher", 0.2, 7.2,
          size=400, spread=0.25),
)  # fmt: skip
_THERAPY: Final = (
    _mean("outcome", "length-of-stay", "Days in hospital", "lower", 0.3, 6.5, size=900, spread=0.6, trend=-1.0),
    _share("process", "therapy-at-weekends", "Patients seen by a therapist at a weekend", "higher", 0.05, 0.25),
    _share("balancing", "readmissions", "Readmitted within 30 days", "lower", 0.01, 0.12, size=1500),
    _mean("balancing", "msk-wait", "Weeks waited for a musculoskeletal clinic", "lower", 1, 12, size=500, spread=0.5,
          practice="displaced"),
    _share("experience", "ward-experience", "Would recommend the ward", "higher", 0.02, 0.78, size=500),
)  # fmt: skip
_TRIAGE: Final = (
    _share("outcome", "gp-same-day", "Urgent requests seen the same day", "higher", 0.02, 0.55, size=4000, trend=1.0),
    _share("process", "gp-online", "Requests made online", "neither", 0.05, 0.15, size=9000),
    _share("balancing", "gp-return", "Contacted the practice again within 7 days", "lower", 0.01, 0.14, size=4000),
    _share("experience", "gp-experience", "Good experience of making an appointment", "higher", 0.02, 0.68, size=600),
)
_VOLUNTEERS: Final = (
    _rate("outcome", "frail-admissions", "Emergency admissions of people living with frailty", "lower", 2, 30,
          size=4000, dimensions=("deprivation", "ethnicity"), trend=-1.0),
    _count("process", "volunteer-tasks", "Tasks done by volunteers", "higher", 0.1, 240),
    _rate("balancing", "missed-medicines", "Medicines reported missed", "lower", 2, 24, size=4000,
          dimensions=("deprivation",)),
    _mean("experience", "wellbeing", "Wellbeing score, 0 to 10", "higher", 0.2, 6.4, size=300, spread=0.3,
          dimensions=("deprivation", "ethnicity")),
)  # fmt: skip
_HUB: Final = (
    _count("outcome", "delayed-days", "Days in bed after being fit to leave", "lower", 0.05, 1500, trend=1.8),
    _share("process", "home-by-noon", "Discharged before noon", "higher", 0.02, 0.18, size=900),
    _share("balancing", "to-care-home", "Discharged to a care home", "lower", 0.01, 0.11, size=900),
    _share("experience", "discharge-experience", "Felt ready to go home", "higher", 0.02, 0.72, size=500),
)
_MONITORING: Final = (
    _share("outcome", "lung-readmissions", "Readmitted with lung disease within 90 days", "lower", 0.02, 0.32, size=900,
           noise=0.5, trend=-0.8, missing=0.002),
    _share("process", "monitored-at-home", "Patients monitored at home", "higher", 0.05, 0.25, size=900),
    _rate("balancing", "night-calls", "Night-time emergency calls from home", "lower", 4, 44, size=2500),
    _share("experience", "home-experience", "Felt safe at home", "higher", 0.02, 0.78, size=400),
)  # fmt: skip
_LINK: Final = (
    _rate("outcome", "frequent-attenders", "Patients seen ten or more times a year", "lower", 3, 60, size=9000,
          trend=-1.6),
    _rate("process", "link-referrals", "Referrals to a link worker", "higher", 2, 8, size=9000),
    _rate("balancing", "antidepressant-starts", "Antidepressants started", "lower", 1.5, 16, size=9000),
    _mean("experience", "loneliness", "Loneliness score, 0 to 10", "lower", 0.2, 5.2, size=300, spread=0.4),
)  # fmt: skip
_FOLLOW_UP: Final = (
    _share("outcome", "overdue-follow-up", "Follow-up overdue", "lower", 0.02, 0.36, size=1800, trend=-1.2),
    _share("process", "patient-led", "Follow-ups started by the patient", "higher", 0.03, 0.1, size=1800),
    _rate("balancing", "urgent-contacts", "Urgent contacts while awaiting follow-up", "lower", 3, 38, size=3500),
    _share("experience", "in-control", "Felt in control of their care", "higher", 0.02, 0.74, size=500),
)
_WAITING: Final = (
    _share("outcome", "waits-over-52-weeks", "Waiting over 52 weeks", "lower", 0.02, 0.26, size=9000, trend=0.4,
           noise=0.5),
    _share("process", "treated-elsewhere", "Treated at another hospital", "higher", 0.02, 0.07, size=1500),
    _share("balancing", "cancelled-on-the-day", "Operations cancelled on the day", "lower", 0.005, 0.06, size=2500),
    _share("experience", "kept-informed", "Felt kept informed while waiting", "higher", 0.02, 0.66, size=500),
)  # fmt: skip
_ROSTERS: Final = (
    _share("outcome", "agency-shifts", "Shifts filled by agency staff", "lower", 0.02, 0.28, size=2500, dimensions=(),
           trend=-1.6),
    _share("process", "rosters-early", "Rosters published six weeks ahead", "higher", 0.05, 0.5, size=120,
           dimensions=()),
    _mean("balancing", "overtime", "Overtime hours per person", "lower", 0.5, 8, size=600, spread=0.8, dimensions=()),
    _mean("experience", "staff-experience", "Staff engagement score, 0 to 10", "higher", 0.2, 6.8, size=250,
          spread=0.25, dimensions=()),
)  # fmt: skip
_PHARMACY: Final = (
    _rate("outcome", "gp-minor-illness", "GP appointments for minor illness", "lower", 5, 95, size=9000, trend=-1.6),
    _count("process", "pharmacy-consultations", "Consultations with a community pharmacist", "higher", 0.1, 320),
    _rate("balancing", "antibiotic-courses", "Courses of antibiotics", "lower", 2, 38, size=9000, trend=-1.0),
    _rate("balancing", "serious-illness-late", "Serious illness recognised late", "lower", 1, 12, size=9000,
          practice="displaced"),
    _share("experience", "pharmacy-experience", "Good experience of care for a minor illness", "higher", 0.02, 0.76,
           size=500),
)  # fmt: skip

_GROUPS: Final = (
    (OUTPATIENTS, _VIDEO),
    (ACUTE, _BOOKED),
    (ACUTE, _THERAPY),
    (GP, _TRIAGE),
    (NEAR_HOME, _VOLUNTEERS),
    (HOSPITAL_AND_HOME, _HUB),
    (ACUTE, _MONITORING),
    (GP, _LINK),
    (FOLLOW_UP, _FOLLOW_UP),
    (ACUTE, _WAITING),
    (SETTINGS, _ROSTERS),
    (GP, _PHARMACY),
)
MEASURES: Final[dict[str, MeasureSpec]] = {
    measure.measure: dataclasses.replace(measure, settings=settings)
    for settings, measures in _GROUPS
    for measure in measures
}
"""Every measure of the world by name."""
