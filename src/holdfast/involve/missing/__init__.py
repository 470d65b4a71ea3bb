"""Who is missing, and what weights can and cannot put right."""

from holdfast.involve.missing.caution import drift, opinion_by
from holdfast.involve.missing.presence import Presence, presence
from holdfast.involve.missing.reweighing import Reweighed, reweigh
from holdfast.involve.missing.weighing import Weighing, weigh

__all__ = ["Presence", "Reweighed", "Weighing", "drift", "opinion_by", "presence", "reweigh", "weigh"]
