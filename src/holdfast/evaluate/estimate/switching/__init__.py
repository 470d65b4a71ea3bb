"""Spells that end: `switching_effects` (being on, stopping, what is left, starting again) and `did_m`."""

from .didm import DidM, did_m
from .fit import FEW_SWITCHERS, HORIZONS, switching_effects
from .result import CarryOver, SwitchEffect, SwitchResult
from .spells import SitesLeftOut
from .words import OFF_TRENDS, ON_TRENDS, PERSISTING

__all__ = [
    "FEW_SWITCHERS",
    "HORIZONS",
    "OFF_TRENDS",
    "ON_TRENDS",
    "PERSISTING",
    "CarryOver",
    "DidM",
    "SitesLeftOut",
    "SwitchEffect",
    "SwitchResult",
    "did_m",
    "switching_effects",
]
