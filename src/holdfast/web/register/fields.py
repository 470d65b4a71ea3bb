"""A change's fields as forms ask for them: each with its words, its limit and how its answer is read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from holdfast.web.register.models import DISPLACED, STATUSES, Change
from holdfast.web.words import SHORT, LongWords, ShortWords, refuse_unsafe

LABELS: Final = {
    "title": "What changed, in a few words",
    "description": "What changed, why and for whom",
    "for_whom": "Who it is for",
    "introduced": "The practice that was introduced",
    "displaced": "What it replaced, or what stopped",
    "pathway": "The pathway it belongs to",
    "organisation": "Organisation or place",
    "mandate": "The guidance or operating procedure behind it",
    "objective": "The earlier plan or aim it serves",
    "mechanism": "What was moved, from where, to where, and how",
    "held_back": "What had held it back before",
    "risks": "New risks, and who feels them",
    "needs": "What must be in place for it to work",
    "second_order_value": "What else got better",
    "credit": "Who should be thanked",
    "planned_months": "Months it had been planned to take",
    "actual_months": "Months it took",
    "started_on": "When it started",
    "cost": "What it costs to run for a year, in pounds",
    "status": "Status",
    "source": "Where this record came from",
}
"""What each field is called on forms, pages and downloads."""
HINTS: Final = {
    "displaced": "One a line.",
    "started_on": "For example, 23/3/2020. If you do not know the day, the first of the month will do.",
    "planned_months": "Two weeks is 0.5. Two years is 24.",
    "actual_months": "Two weeks is 0.5. Two years is 24.",
    "pathway": "For example, hip replacement, or asthma in children.",
}
SHORT_ONES: Final = ("title", "introduced", "pathway", "organisation", "source")
NUMBERS: Final = ("planned_months", "actual_months", "cost")
DATES: Final = (
    "%d/%m/%Y",
    "%Y-%m-%d",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d %B %Y",
    "%d %b %Y",
    "%B %Y",
    "%b %Y",
    "%m/%Y",
    "%d/%m/%y",
)
MOST_DISPLACED: Final = 20


class Amount(forms.DecimalField):
    """A number as people write it: 1,200 or £1,200.50."""

    def to_python(self, value: Any) -> Decimal | None:
        """Without thousands separators and the pound sign."""
        if isinstance(value, str):
            value = value.replace(",", "").replace("£", "").strip()
        return super().to_python(value)


class Displaced(LongWords):
    """Practices that stopped, one a line; kept as a list."""

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        """Each line that says something."""
        text = "\n".join(value) if isinstance(value, (list, tuple)) else str(value or "")
        found = [
            refuse_unsafe(line, SHORT, called="Each thing that stopped", lines=False)
            for line in text.splitlines()
            if line.strip()
        ]
        if len(found) > MOST_DISPLACED:
            raise ValidationError(f"Name {MOST_DISPLACED} things that stopped, or fewer. You have {len(found)}.")
        return list(dict.fromkeys(found))

    def prepare_value(self, value: Any) -> Any:
        """The list as lines."""
        return "\n".join(value) if isinstance(value, (list, tuple)) else value


def field_for(name: str) -> forms.Field:
    """How a form asks for a field of a change."""
    label, hint = LABELS[name], HINTS.get(name, "")
    if name == "displaced":
        return Displaced(label=label, help_text=hint, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    if name in NUMBERS:
        return _amount(name, label, hint)
    if name == "started_on":
        wrong = "Enter a date such as 23/3/2020, or a month such as March 2020."
        return forms.DateField(
            label=label, help_text=hint, required=False, input_formats=DATES, error_messages={"invalid": wrong},
            widget=forms.TextInput(), validators=[_not_far_away],
        )  # fmt: skip
    if name == "status":
        return forms.ChoiceField(label=label, choices=STATUSES, widget=forms.RadioSelect)
    if name in SHORT_ONES:
        wanted = {"required": f"Enter {label[:1].lower()}{label[1:]}."}
        return ShortWords(label=label, help_text=hint, required=name == "title", error_messages=wanted)
    return LongWords(label=label, help_text=hint, required=False, widget=forms.Textarea(attrs={"rows": 5}))


def _amount(name: str, label: str, hint: str) -> forms.Field:
    held = Change._meta.get_field(name)
    least = Decimal(0) if name == "cost" else Decimal("0.01")
    most = Decimal(10) ** (held.max_digits - held.decimal_places) - Decimal("0.01")
    said = f"Enter a number such as {'12,000' if name == 'cost' else '0.5 or 24'}."
    wrong = {
        "invalid": said,
        "max_decimal_places": "Use no more than 2 decimal places.",
        "max_digits": f"Enter {most:,} or less.",
        "max_whole_digits": f"Enter {most:,} or less.",
    }
    made = Amount(
        label=label, help_text=hint, required=False, max_digits=held.max_digits, decimal_places=2, min_value=least,
        error_messages={**wrong, "min_value": f"Enter {least} or more."}, widget=forms.NumberInput(),
    )  # fmt: skip
    made.widget.is_localized = False
    return made


def day_in(said: str) -> dt.date | None:
    """The date that somebody wrote, in any of the ways that forms take."""
    for form in DATES:
        try:
            return dt.datetime.strptime(said.strip(), form).date()
        except ValueError:
            continue
    return None


def _not_far_away(when: dt.date) -> None:
    if not dt.date(1948, 7, 5) <= when <= dt.date.today() + dt.timedelta(days=3660):
        raise ValidationError("Enter a date after 5 July 1948 and no more than ten years ahead.")


def values_of(change: Change, names: tuple[str, ...]) -> dict[str, Any]:
    """What a change holds in these fields, for a form to show."""
    held = {name: getattr(change, name) for name in names if name != "displaced"}
    if "displaced" in names:
        held["displaced"] = [practice.name for practice in change.practices.all() if practice.role == DISPLACED]
    if held.get("started_on"):
        held["started_on"] = f"{held['started_on']:%d/%m/%Y}"
    return {name: plain_number(value) if name in NUMBERS else value for name, value in held.items()}


def plain_number(value: Decimal | None) -> str:
    """0.5, 24, 12000: without needless noughts."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
