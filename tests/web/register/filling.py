"""Reading a page's form as a browser would send it back."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Form(HTMLParser):
    """Names and values of the fields inside ``main``, as they stand."""

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, list[str]] = {}
        self.area = self.choice = ""
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Inputs, areas and options."""
        told = dict(attrs)
        self.inside = self.inside or tag == "main"
        name = told.get("name") or ""
        if tag == "select":
            self.choice = name
        elif tag == "option" and "selected" in told:
            self.held.setdefault(self.choice, []).append(told.get("value") or "")
        elif tag == "textarea":
            self.area = name
            self.held[name] = [""]
        elif tag == "input" and self.inside and name not in {"", "csrfmiddlewaretoken"} and self._sent(told):
            self.held.setdefault(name, []).append(told.get("value") or "")

    @staticmethod
    def _sent(told: dict[str, str | None]) -> bool:
        return told.get("type") not in {"radio", "checkbox"} or "checked" in told

    def handle_endtag(self, tag: str) -> None:
        """The end of an area, or of the page's own part."""
        if tag == "textarea":
            self.area = ""
        if tag == "main":
            self.inside = False

    def handle_data(self, data: str) -> None:
        """An area's words."""
        if self.area:
            self.held[self.area][0] += data


def filled(response: Any) -> dict[str, Any]:
    """What the page's form would send if nothing were altered."""
    form = _Form()
    form.feed(response.content.decode())
    return {name: values if len(values) > 1 else values[0] for name, values in form.held.items()}
