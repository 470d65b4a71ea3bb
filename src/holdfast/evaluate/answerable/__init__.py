"""Can it be answered? A design, or *cannot tell yet* with its reasons, before any effect is seen."""

from holdfast.evaluate.answerable.divergence import Divergence, divergence
from holdfast.evaluate.answerable.facts import Facts, gather
from holdfast.evaluate.answerable.offers import Offer, offers
from holdfast.evaluate.answerable.rules import Rules
from holdfast.evaluate.answerable.verdict import CANNOT_TELL, Verdict, judge

__all__ = ["CANNOT_TELL", "Divergence", "Facts", "Offer", "Rules", "Verdict", "divergence", "gather", "judge", "offers"]
