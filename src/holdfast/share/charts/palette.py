"""Colours and type of every chart. A colour never stands alone: shape, word or place says the same."""

from __future__ import annotations

from typing import Any, Final

TEXT: Final = "#212b32"
QUIET: Final = "#4c6272"
LINE: Final = "#768692"
FAINT: Final = "#d8dde0"
PAPER: Final = "#ffffff"
BETTER: Final = "#005eb8"
WORSE: Final = "#b84b00"
NEUTRAL: Final = "#4c6272"
BAND: Final = "#e8edee"
FONT: Final = "Arial, sans-serif"
SIZE: Final = 13

SHAPES: Final[dict[str, str]] = {"better": "circle", "worse": "diamond", "neutral": "square"}
COLOURS: Final[dict[str, str]] = {"better": BETTER, "worse": WORSE, "neutral": NEUTRAL}


def config() -> dict[str, Any]:
    """The look shared by every chart."""
    return {
        "aria": False,
        "font": FONT,
        "background": None,
        "view": {"stroke": None},
        "axis": {
            "labelColor": TEXT,
            "labelFontSize": SIZE,
            "titleColor": TEXT,
            "titleFontSize": SIZE,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "gridColor": FAINT,
            "domainColor": LINE,
            "tickColor": LINE,
        },
        "text": {"color": TEXT, "fontSize": SIZE, "font": FONT},
        "customFormatTypes": False,
        "locale": {"number": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["£", ""], "minus": "−"}},
    }
