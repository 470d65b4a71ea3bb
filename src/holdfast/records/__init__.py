"""The words of the system: tables, vocabularies, the panel, the study, what was found, and what is wrong."""

from holdfast.records.entities import Change, Measure
from holdfast.records.findings import (
    ROW_TYPES,
    Cell,
    Certainty,
    CheckResult,
    Covariance,
    Effect,
    Evaluability,
    Exclusion,
    Findings,
    ForWhom,
    Gap,
    Path,
    Protocol,
)
from holdfast.records.inputs import ADOPTIONS, CHANGES, INPUTS, MEASURES, OBSERVATIONS, SITES
from holdfast.records.panel import Adoption, Panel, Population
from holdfast.records.policy import Policy
from holdfast.records.problems import InputProblems, Problem
from holdfast.records.rows import from_arrow, rows_about, table_of, to_arrow
from holdfast.records.schema import Column, Table
from holdfast.records.study import AdoptionRule, Study

__all__ = [
    "ADOPTIONS",
    "CHANGES",
    "INPUTS",
    "MEASURES",
    "OBSERVATIONS",
    "ROW_TYPES",
    "SITES",
    "Adoption",
    "AdoptionRule",
    "Cell",
    "Certainty",
    "Change",
    "CheckResult",
    "Column",
    "Covariance",
    "Effect",
    "Evaluability",
    "Exclusion",
    "Findings",
    "ForWhom",
    "Gap",
    "InputProblems",
    "Measure",
    "Panel",
    "Path",
    "Policy",
    "Population",
    "Problem",
    "Protocol",
    "Study",
    "Table",
    "from_arrow",
    "rows_about",
    "table_of",
    "to_arrow",
]
