"""Forms by which an analyst says what the tables hold, what is asked of them, and how it is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from holdfast.records.vocabularies import BETTER, FAMILIES, MEASURE_KINDS
from holdfast.share import DEFAULT, profiles
from holdfast.web.evidence.receiving import Files
from holdfast.web.forms import PlainForm
from holdfast.web.words import LONG, LongWords, ShortWords

PERIODS: Final = (("month", "Month"), ("week", "Week"), ("quarter", "Quarter"), ("year", "Year"))
ROLES: Final = (
    ("sites", "Sites: one row for each organisation or place"),
    ("changes", "Changes: one row for each service change"),
    ("adoptions", "Adoptions: when each site had a change switched on"),
    ("measures", "Measures: one row for each thing that is counted"),
    ("observations", "Observations, long: a column says which measure a row is about"),
    ("wide", "Observations, wide: a column for each number"),
    ("", "Nothing that is needed: leave it out"),
)
FAMILY_WORDS: Final = {
    "outcome": "Outcome: what it was meant to change",
    "process": "Process: what it works through",
    "balancing": "Balancing: what may get worse elsewhere",
    "experience": "Experience: how it is for people",
}


class BringForm(PlainForm):
    """New tables."""

    title = ShortWords(label="What are these tables about?", help_text="For example: NHS 111 First, booked arrivals")
    period = forms.ChoiceField(
        label="How long is one period?", choices=PERIODS, initial="month", widget=forms.RadioSelect
    )
    files = Files(
        label="Files",
        help_text="CSV or TSV (also gzipped), Parquet or Excel. A holdfast.toml and studies may come with them. "
        "Counts only: anything with the shape of an NHS number is refused.",
    )


class FilesForm(PlainForm):
    """More tables."""

    files = Files(label="Files to add", help_text="A file of the same name takes the place of the earlier one.")


class SettingsForm(PlainForm):
    """The workspace itself."""

    title = ShortWords(label="What are these tables about?")
    period = forms.ChoiceField(label="How long is one period?", choices=PERIODS, widget=forms.RadioSelect)
    unlisted_sites = forms.ChoiceField(
        label="What about observations of sites that the sites table does not list?",
        choices=(("error", "Say that they are wrong"), ("ignore", "Leave them out, and count them")),
        widget=forms.RadioSelect,
    )
    early_adopters = forms.ChoiceField(
        label="What about sites that adopted before the first observed period?",
        choices=(("error", "Say that they are wrong"), ("keep", "Take them as on from the first period")),
        widget=forms.RadioSelect,
    )


class KindForm(PlainForm):
    """What a file holds."""

    role = forms.ChoiceField(label="What does this file hold?", choices=ROLES, required=False, widget=forms.RadioSelect)
    sheet = forms.ChoiceField(label="Sheet", required=False)
    skip_rows = forms.IntegerField(
        label="Rows above the header", required=False, min_value=0, max_value=1000, help_text="Usually none."
    )

    def __init__(self, *words: Any, sheets: Sequence[str] = (), **named: Any) -> None:
        super().__init__(*words, **named)
        if len(sheets) > 1:
            self.fields["sheet"].choices = [(name, name) for name in sheets]
        else:
            del self.fields["sheet"]


class MadeForm(PlainForm):
    """One measure that is made from columns of a wide table."""

    measure = ShortWords(label="Measure", help_text="Its identifier in the measures table, for example over_four_hours")
    numerator = forms.MultipleChoiceField(
        label="Numerator", help_text="Several columns are added up.", widget=forms.CheckboxSelectMultiple
    )
    denominator = forms.MultipleChoiceField(
        label="Denominator", required=False, help_text="Leave empty for a count.", widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *words: Any, names: Sequence[str], **named: Any) -> None:
        super().__init__(*words, **named)
        for field in ("numerator", "denominator"):
            self.fields[field].choices = [(name, name) for name in names]


class MeasureForm(PlainForm):
    """A row of the measures table, written here."""

    measure = ShortWords(label="Identifier", help_text="Short, for example missed", most=80)
    label = ShortWords(label="The measure in plain words", help_text="For example: appointments missed")
    family = forms.ChoiceField(
        label="Why is it watched?", choices=[(word, FAMILY_WORDS[word]) for word in FAMILIES], widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(
        label="What do numerator and denominator make?",
        choices=[(word, word.capitalize()) for word in MEASURE_KINDS],
        widget=forms.RadioSelect,
    )
    better = forms.ChoiceField(
        label="Which way is better?", choices=[(word, word.capitalize()) for word in BETTER], widget=forms.RadioSelect
    )
    smallest_important = forms.FloatField(
        label="The smallest difference that matters",
        min_value=0,
        help_text="A share: 0.01 is one percentage point. A rate: so many per 1,000. A count: a share of the usual.",
    )
    unit = ShortWords(label="What is counted (optional)", required=False, help_text="For example: attendances", most=80)


class ChangeForm(PlainForm):
    """A change of the register that the tables are about."""

    change = ShortWords(label="The change’s identifier in the register", help_text="For example HF-000123", most=80)


class PopulationForm(PlainForm):
    """A dimension of the population."""

    dimension = ShortWords(label="What is it called?", help_text="For example: deprivation, age, region", most=80)
    where = forms.ChoiceField(label="Which column holds it?")
    quantiles = forms.IntegerField(
        label="Cut it into how many groups of equally many sites? (optional)",
        required=False,
        min_value=2,
        max_value=20,
        help_text="For a number of the sites table, for example 5.",
    )
    first = forms.ChoiceField(
        label="Which end is the most disadvantaged?",
        choices=(("highest", "The highest values"), ("lowest", "The lowest values")),
        required=False,
        widget=forms.RadioSelect,
    )
    levels = LongWords(
        label="Levels in order, the most disadvantaged first (optional)",
        required=False,
        help_text="One on a line. Others are left out and counted.",
    )
    version = ShortWords(label="Version of its coding (optional)", required=False, help_text="For example: IMD 2019")


class RuleForm(PlainForm):
    """Adoption derived from a measure."""

    change = ShortWords(label="Which change?", most=80)
    measure = ShortWords(label="Derived from which measure?", most=80)
    above = forms.FloatField(label="A site has it on from the first period with more than", min_value=0)
    until_below = forms.FloatField(label="And off again at or below (optional)", required=False, min_value=0)


class TextForm(PlainForm):
    """The configuration as text."""

    text = LongWords(label="holdfast.toml", most=LONG * 5, widget=forms.Textarea(attrs={"rows": 30}))


class RunForm(PlainForm):
    """How a run is done."""

    policy = forms.ChoiceField(label="Recommend by which policy?", widget=forms.RadioSelect)
    rule = forms.ChoiceField(label="Which disclosure rule?", initial=DEFAULT, widget=forms.RadioSelect)
    reason = ShortWords(
        label="Why a rule that hides nothing may be used (only for that rule)",
        required=False,
        help_text="For example: NHS England publishes these counts at this detail.",
        most=300,
    )

    def __init__(self, *words: Any, policies: Sequence[str], **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["policy"].choices = [(name, name) for name in policies]
        self.fields["rule"].choices = [(name, f"{one.title}: {one.in_words()}") for name, one in profiles().items()]
        if len(policies) < 2:
            del self.fields["policy"]

    def clean(self) -> dict[str, Any]:
        """A rule that hides nothing needs its reason."""
        told: dict[str, Any] = super().clean() or {}
        rule = profiles().get(told.get("rule", ""))
        if rule is not None and rule.needs_reason and not told.get("reason"):
            self.add_error("reason", "Say why a rule that hides nothing may be used")
        return told


def typed(form: PlainForm) -> Mapping[str, str]:
    """What was entered, by the question's words, to be shown back when it could not be saved."""
    out = {}
    for name, field in form.fields.items():
        value = form.data.getlist(name) if hasattr(form.data, "getlist") else [form.data.get(name, "")]
        said = ", ".join(str(one) for one in value if one)
        if said:
            out[str(field.label)] = said
    return out
