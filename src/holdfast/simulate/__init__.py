"""Whole worlds with known truth: for the demonstration, the calibration and the tests."""

from holdfast.simulate.appointments import write_appointments
from holdfast.simulate.direct import direct_panel
from holdfast.simulate.draws import observations
from holdfast.simulate.panels import Panels, Series, interrupted_series, staggered_panels
from holdfast.simulate.patterns import PATTERNS, AdoptionPattern, adoption_pattern
from holdfast.simulate.plan import Dials, Plan, make_plan
from holdfast.simulate.world import Truth, World, simulate_world

__all__ = [
    "PATTERNS",
    "AdoptionPattern",
    "Dials",
    "Panels",
    "Plan",
    "Series",
    "Truth",
    "World",
    "adoption_pattern",
    "direct_panel",
    "interrupted_series",
    "make_plan",
    "observations",
    "simulate_world",
    "staggered_panels",
    "write_appointments",
]
