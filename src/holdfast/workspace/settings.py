"""What ``holdfast.toml`` may say. Every key's description is its documentation (see docs/workspace.md)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from holdfast.records import AdoptionRule, Policy, Study

PeriodUnit = Literal["week", "month", "quarter", "year"]
Value = str | bool | int | float
COUNT_ROWS = "count()"
"""Written in place of a column: every row counts one."""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Values = Annotated[list[Value], BeforeValidator(_listed)]
Columns = Annotated[list[str], BeforeValidator(_listed)]
Where = dict[str, Values]


class Settings(BaseModel):
    """A part of the configuration; a key that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WorkspaceSettings(Settings):
    """[workspace]"""

    title: str = Field(default="A learning workspace", description="Title of the report.")
    period: PeriodUnit = Field(default="month", description="Length of a period: week, month, quarter or year.")
    unlisted_sites: Literal["error", "ignore"] = Field(
        default="error",
        description="Observations of sites that the sites table does not list: an error, or left out and counted.",
    )
    early_adopters: Literal["error", "keep"] = Field(
        default="error",
        description="Adoption before the first observed period: an error, or taken as on from the first period.",
    )


class MeasureColumns(Settings):
    """[[tables.observations.measures]]: how one measure is made from the columns of a wide or row-level table."""

    measure: str = Field(description="The measure's identifier.")
    numerator: Columns = Field(description="Column, or columns to be added up; `count()` counts rows.")
    denominator: Columns | None = Field(
        default=None, description="The same for the denominator; leave out for a count, or for a mean given as such."
    )
    where: Where = Field(default_factory=dict, description="Rows that take part: {column = [values]}.")
    numerator_where: Where = Field(default_factory=dict, description="Rows that count in the numerator.")
    denominator_where: Where = Field(default_factory=dict, description="Rows that count in the denominator.")


class TableSource(Settings):
    """[tables.<name>]: where a table is and what its columns are called there."""

    path: str | None = Field(
        default=None,
        description="File, relative to the workspace: CSV, TSV, either gzipped, Parquet, .xlsx or .xls. "
        "`*` stands for any part of a name, so that many files make one table.",
    )
    sheet: str | None = Field(default=None, description="Excel sheet (default: the first).")
    skip_rows: Annotated[int, Field(ge=0)] = Field(default=0, description="Rows above the header.")
    columns: dict[str, str] = Field(default_factory=dict, description="{ours = theirs}, where the names differ.")
    constants: dict[str, Value] = Field(default_factory=dict, description="{ours = a value that every row has}.")
    filters: Where = Field(default_factory=dict, description="Keep only rows with {their column = [values]}.")
    exclude: Where = Field(default_factory=dict, description="Drop rows with {their column = [values]}.")
    encoding: str | None = Field(default=None, description="Text encoding, when it is not found by itself.")
    delimiter: str | None = Field(default=None, description="Character between columns, when not found by itself.")
    suppressed: list[str] = Field(
        default=["*", "**", "-", "–", "c", "..", ":", "[c]", "[z]", "[x]", "[low]"],
        description="Texts that stand for a suppressed number: they become missing, never zero.",
    )
    date_format: str | None = Field(
        default=None, description="How dates are written, e.g. `%d/%m/%Y` (default: found from the values)."
    )
    date_origin: dt.date | None = Field(
        default=None, description="Dates are whole numbers of periods since the period of this date (which is 0)."
    )


class ObservationSource(TableSource):
    """[[tables.observations]]: long (a measure column), wide (one column a number) or row-level (rows to add up)."""

    rows: Literal["one", "many"] | None = Field(
        default=None,
        description="`one`: one row for each site, period and population, a second is an error. `many`: rows are "
        "added up. Default: `many` when measures choose rows (`where`…) or count them, else `one`.",
    )
    measures: list[MeasureColumns] = Field(
        default_factory=list, description="Measures made from columns; leave out for a long table."
    )
    populations: dict[str, str] = Field(default_factory=dict, description="{dimension = column that holds its levels}.")
    versions: dict[str, str] = Field(
        default_factory=dict, description='{dimension = version of its coding}, e.g. {deprivation = "IMD 2019"}.'
    )
    incomplete: Literal["missing", "partial"] = Field(
        default="missing",
        description="Rows to be added up of which some are suppressed or empty: the sum is missing, or is made of "
        "the rows that are there.",
    )

    @property
    def is_long(self) -> bool:
        """True when a column says which measure a row is about."""
        return not self.measures

    @property
    def adds_rows(self) -> bool:
        """True when several rows make one site-period."""
        if self.rows is not None:
            return self.rows == "many"
        return any(_chooses(m) for m in self.measures)


def _chooses(made: MeasureColumns) -> bool:
    counts = COUNT_ROWS in (*made.numerator, *(made.denominator or ()))
    return bool(made.where or made.numerator_where or made.denominator_where or counts)


class PopulationSettings(Settings):
    """[populations.<dimension>]: a dimension's levels and the version of its coding."""

    site_attribute: str | None = Field(
        default=None, description="Column of the sites table, when the population is an attribute of the site."
    )
    version: str = Field(default="", description="Version of the coding, e.g. `IMD 2019`.")
    version_column: str | None = Field(default=None, description="Column of the sites table that holds the version.")
    levels: list[str] = Field(
        default_factory=list, description="Levels in order, most disadvantaged first; others are left out and counted."
    )
    quantiles: Annotated[int, Field(ge=2, le=20)] | None = Field(
        default=None, description="Cut a numeric attribute into this many groups of equally many sites."
    )
    cuts: list[float] = Field(default_factory=list, description="Cut a numeric attribute at these values.")
    first: Literal["highest", "lowest"] = Field(
        default="highest", description="Which end of a numeric attribute is the most disadvantaged, and comes first."
    )

    @model_validator(mode="after")
    def _numeric_needs_attribute(self) -> PopulationSettings:
        if (self.quantiles or self.cuts) and self.site_attribute is None:
            raise ValueError("quantiles and cuts need site_attribute")
        if self.quantiles and self.cuts:
            raise ValueError("give quantiles or cuts, not both")
        return self


Sources = Annotated[list[TableSource], BeforeValidator(_listed)]
ObservationSources = Annotated[list[ObservationSource], BeforeValidator(_listed)]


class Tables(BaseModel):
    """[tables]: the tables that Holdfast reads. Any other name is passed over, and said."""

    model_config = ConfigDict(extra="allow", frozen=True)

    sites: Sources = Field(default_factory=list, description="Organisations or places.")
    changes: Sources = Field(default_factory=list, description="Service changes.")
    adoptions: Sources = Field(default_factory=list, description="When each site had a change switched on.")
    measures: Sources = Field(default_factory=list, description="What is counted.")
    observations: ObservationSources = Field(default_factory=list, description="Numerators and denominators.")
    participants: Sources = Field(default_factory=list, description="People who took part, and about them.")
    statements: Sources = Field(default_factory=list, description="What people could agree or disagree with.")
    votes: Sources = Field(default_factory=list, description="Their votes on the statements.")
    preferences: Sources = Field(default_factory=list, description="What they would do with a practice, and for whom.")
    assumptions: Sources = Field(default_factory=list, description="What must be believed for a change to last.")
    makeup: Sources = Field(default_factory=list, description="The population's make-up, to see who is missing.")


class Config(Settings):
    """The whole of ``holdfast.toml``."""

    workspace: WorkspaceSettings = Field(default_factory=WorkspaceSettings, description="The workspace itself.")
    tables: Tables = Field(default_factory=Tables, description="Where each table is.")
    populations: dict[str, PopulationSettings] = Field(
        default_factory=dict, description="Dimensions of the population."
    )
    measures: list[dict[str, Value]] = Field(
        default_factory=list, description="Rows of the measures table, written here."
    )
    changes: list[dict[str, Value]] = Field(
        default_factory=list, description="Rows of the changes table, written here."
    )
    adoption_rules: list[AdoptionRule] = Field(default_factory=list, description="Adoption derived from a measure.")
    studies: list[Study] = Field(default_factory=list, description="Protocols; or one file each in `studies/`.")
    policy: Policy | None = Field(default=None, description="The decision policy; or `policy.toml`.")
    policies: list[Policy] = Field(default_factory=list, description="Several policies, to be compared.")
