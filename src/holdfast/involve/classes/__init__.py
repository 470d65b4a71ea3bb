"""Opinion groups as latent classes of sparse votes: who they are, what they hold, and what all of them share."""

from holdfast.involve.classes.choosing import HeldOut
from holdfast.involve.classes.describing import Holding, Shared, Views, common_ground, holds, shared, views
from holdfast.involve.classes.em import Model
from holdfast.involve.classes.foretelling import chances
from holdfast.involve.classes.grouping import Groups, opinion_groups
from holdfast.involve.classes.likeness import Alike, adjusted_rand, alike
from holdfast.involve.classes.settling import Stability
from holdfast.involve.classes.who import Who, who_is

__all__ = [
    "Alike",
    "Groups",
    "HeldOut",
    "Holding",
    "Model",
    "Shared",
    "Stability",
    "Views",
    "Who",
    "adjusted_rand",
    "alike",
    "chances",
    "common_ground",
    "holds",
    "opinion_groups",
    "shared",
    "views",
    "who_is",
]
