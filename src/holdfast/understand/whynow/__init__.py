"""Why now: what made a change possible, whether it is fading, and whether it goes with changes that last."""

from holdfast.understand.whynow.fading import Trend, fading
from holdfast.understand.whynow.lasting import Association, with_lasting
from holdfast.understand.whynow.ratings import Profile, Rating, agreement, profiles

__all__ = [
    "Association",
    "Profile",
    "Rating",
    "Trend",
    "agreement",
    "fading",
    "profiles",
    "with_lasting",
]
