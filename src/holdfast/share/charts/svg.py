"""Vega-Lite to SVG on this machine, made accessible: a role, a title, a description, its own ids, any width."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from typing import Any, Final
from xml.etree import ElementTree as ET

from holdfast.share.charts.palette import config
from holdfast.share.words import clean

_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
_DROP: Final = ("role", "aria-roledescription", "aria-label", "aria-hidden", "class", "pointer-events")


def draw(spec: dict[str, Any], title: str, description: str, about: tuple[str, ...]) -> str:
    """The picture of a specification, with ids made from what it is ``about`` (study, measure, cell)."""
    whole = {"$schema": _SCHEMA, "config": config(), **spec}
    mark = hashlib.sha256(json.dumps([title, *about]).encode()).hexdigest()[:10]
    drawn = _convert(json.dumps(whole, sort_keys=True, ensure_ascii=False))
    return accessible(drawn, clean(title), clean(description), f"chart-{mark}")


@functools.lru_cache(maxsize=512)
def _convert(spec: str) -> str:
    """Drawing is what takes the time, so the same specification is drawn once in a process."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(json.loads(spec), vl_version="5.21"))


def accessible(svg: str, title: str, description: str, name: str) -> str:
    """The SVG with role, title, description and ids that begin with ``name``; it fills its box and keeps its shape."""
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(svg)
    for element in root.iter():
        for attribute in _DROP:
            element.attrib.pop(attribute, None)
    _own_ids(root, name)
    _prune(root)
    width = root.attrib.pop("width", "600")
    root.attrib.pop("height", None)
    root.attrib.pop("version", None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-description")
    root.set("style", f"width:100%;max-width:{1.15 * float(width):.0f}px;height:auto")
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{'title' if tag == 'title' else 'description'}"})
        element.text = text
        root.insert(place, element)
    return _tight(ET.tostring(root, encoding="unicode"))


def _own_ids(root: ET.Element, name: str) -> None:
    """Ids and references to them, made unique to this chart: many charts share a page."""
    ids = {e.get("id") for e in root.iter() if e.get("id")}
    for element in root.iter():
        for attribute, value in list(element.attrib.items()):
            if attribute == "id":
                element.set(attribute, f"{name}-{value}")
            elif "url(#" in value:
                element.set(attribute, re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", value))
            elif attribute.endswith("href") and value.lstrip("#") in ids:
                element.set(attribute, f"#{name}-{value.lstrip('#')}")


def _prune(element: ET.Element) -> None:
    """Drop what draws nothing: hidden paths and groups left empty."""
    for child in list(element):
        _prune(child)
        tag = child.tag.rsplit("}", 1)[-1]
        hidden = child.get("display") == "none" or (tag == "path" and child.get("d") in ("", "M0,0h0v0h0Z"))
        blank = tag == "path" and child.get("fill") is None and child.get("stroke") is None and "d" not in child.attrib
        if hidden or blank or (tag == "g" and len(child) == 0):
            element.remove(child)


def _tight(svg: str) -> str:
    """Coordinates to two decimals: a pixel is never split finer."""
    return re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m.group()):.2f}".rstrip("0").rstrip("."), svg)
