"""Staggered difference-in-differences: a batched, mergeable Callaway & Sant'Anna (2021) engine.

`att_gt` answers from a table. `Moments` is the state that adds across organisations and grows by month; `study` reads
effects, aggregates and covariances from it; `aggregate_weights` gives aggregates as weights on cohort mean paths.
"""

from .aggregate import HORIZONS, Kind, Scheme, scheme
from .attgt import AggregateWeights, Functional, Study, aggregate_weights, study
from .bands import correlation, pointwise, sup_t
from .design import NEVER, Base, Comparison, Design, plan
from .entry import att_gt, estimate
from .influence import CellInfluence, FixWeights, cell_influence
from .moments import Moments
from .months import Month, append, extend, month, without_site
from .panel import Missing, Panel
from .pretest import Pretest, wald
from .results import Effects, Estimate, GroupTimeEffects
from .wire import from_bytes, from_dict, from_json, to_bytes, to_dict, to_json

__all__ = [
    "HORIZONS",
    "NEVER",
    "AggregateWeights",
    "Base",
    "CellInfluence",
    "Comparison",
    "Design",
    "Effects",
    "Estimate",
    "FixWeights",
    "Functional",
    "GroupTimeEffects",
    "Kind",
    "Missing",
    "Moments",
    "Month",
    "Panel",
    "Pretest",
    "Scheme",
    "Study",
    "aggregate_weights",
    "append",
    "att_gt",
    "cell_influence",
    "correlation",
    "estimate",
    "extend",
    "from_bytes",
    "from_dict",
    "from_json",
    "month",
    "plan",
    "pointwise",
    "scheme",
    "study",
    "sup_t",
    "to_bytes",
    "to_dict",
    "to_json",
    "wald",
    "without_site",
]
