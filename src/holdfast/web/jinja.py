"""The templates' surroundings: escaping on, the design system's components, and a few filters."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from jinja2 import ChainableUndefined, Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from holdfast import __version__
from holdfast.web.places import places


def environment(**options: Any) -> Environment:
    """Jinja as the design system's templates expect it (missing keys chain), escaping everything by default."""
    made = Environment(**{**options, "undefined": ChainableUndefined, "autoescape": True, "trim_blocks": True})
    made.globals.update(
        static=lambda path: f"{static(path)}?v={__version__}",
        url=lambda name, *words, **named: reverse(name, args=words, kwargs=named),
        csrf=csrf,
        with_query=with_query,
        organisation=settings.ORGANISATION,
        places=places,
        providers=providers,
    )
    made.filters.update(day=day, moment=moment, plural=plural)
    return made


@pass_context
def csrf(context: Context) -> Markup:
    """The hidden field that every form that writes must carry."""
    token = get_token(context["request"])
    return Markup(format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', token))


@pass_context
def with_query(context: Context, **changes: Any) -> str:
    """This page's query string with some keys changed (``None`` or an empty text takes a key out)."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@pass_context
def providers(context: Context) -> list[Any]:
    """The organisations' own sign-ins that this installation was given."""
    from allauth.socialaccount.adapter import get_adapter

    return list(get_adapter().list_providers(context["request"]))


def day(when: dt.date | dt.datetime | str | None) -> str:
    """4 March 2026, of a date or of one written as 2026-03-04; nothing for none."""
    if when is None:
        return ""
    if isinstance(when, dt.datetime):
        when = timezone.localtime(when)
    on = dt.date.fromisoformat(when[:10]) if isinstance(when, str) else when
    return f"{on.day} {on:%B %Y}"


def moment(when: dt.datetime | None) -> str:
    """4 March 2026, 09:05, in the site's time zone; nothing for none."""
    return f"{day(when)}, {timezone.localtime(when):%H:%M}" if when else ""


def plural(count: int, one: str, many: str | None = None) -> str:
    """1 change, 2 changes, 1,200 changes."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
