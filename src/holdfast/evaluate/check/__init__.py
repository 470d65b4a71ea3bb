"""Checks on a finding, each a number, a threshold and a sentence; certainty; and intervals for repeated looks."""

from holdfast.evaluate.check.anytime import ConfidenceSequence, confidence_sequence
from holdfast.evaluate.check.certainty import Certainty, Move, certainty
from holdfast.evaluate.check.denominator import check_denominator
from holdfast.evaluate.check.functionals import Functional, Wald, effective_df
from holdfast.evaluate.check.leave_one_out import (
    LeaveOneOut,
    check_leave_one_out,
    check_single_site_cohorts,
    leave_one_out,
)
from holdfast.evaluate.check.missingness import Missingness, check_missingness, missingness
from holdfast.evaluate.check.overlap import Overlap, check_overlap, overlap
from holdfast.evaluate.check.pretest_power import MissableTrend, check_pretest_power, missable_trend
from holdfast.evaluate.check.result import Check, not_applicable, worst
from holdfast.evaluate.check.thresholds import Thresholds
from holdfast.evaluate.check.trends import (
    PreTrends,
    anticipation,
    check_anticipation,
    check_placebo_date,
    check_pre_trends,
    placebo_date,
    pre_trends,
)

__all__ = [
    "Certainty",
    "Check",
    "ConfidenceSequence",
    "Functional",
    "LeaveOneOut",
    "MissableTrend",
    "Missingness",
    "Move",
    "Overlap",
    "PreTrends",
    "Thresholds",
    "Wald",
    "anticipation",
    "certainty",
    "check_anticipation",
    "check_denominator",
    "check_leave_one_out",
    "check_missingness",
    "check_overlap",
    "check_placebo_date",
    "check_pre_trends",
    "check_pretest_power",
    "check_single_site_cohorts",
    "confidence_sequence",
    "effective_df",
    "leave_one_out",
    "missable_trend",
    "missingness",
    "not_applicable",
    "overlap",
    "placebo_date",
    "pre_trends",
    "worst",
]
