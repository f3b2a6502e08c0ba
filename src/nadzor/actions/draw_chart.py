# SPDX-License-Identifier: Apache-2.0
"""Order a chart when a page is made, draw it when a browser asks, keep it while its figures stand.

A chart's key is the digest of all it depends on: rollup, chart, facts, language and the code that draws.  The
page writes the order; the drawing in one theme and width is made at the first request and kept on disk.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from nadzor.actions.charts.look import THEMES, WIDTHS, Look
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.problems import Refusal

KEPT = 5_000  # files; about 100 MB, two months of daily charts of a hundred devices
_NAME = re.compile(r"([0-9a-f]{64})-(light|dark)-(wide|narrow)")


class Order(Struct, frozen=True):
    """A chart to be drawn. `device` is whose figures it shows and decides who may look.

    Several devices stand apart by spaces; empty are all of them.
    """

    chart: str
    language: str
    digest: str
    facts: dict[str, Any]
    device: str = ""


class Drawn(Struct, frozen=True):
    """A drawing, and whose figures it shows."""

    svg: bytes
    device: str


def order_chart(home: Home, order: Order) -> dict[tuple[str, str], str]:
    """Keep the order; returns the names of its drawings by (theme, width)."""
    body = msgspec.json.encode(order, order="sorted")
    key = sha256(_code() + body).hexdigest()
    path = home.charts / f"{key}.json"
    if not path.exists():
        write_atomic(path, body)
    return {(theme, width): f"{key}-{theme}-{width}" for theme in THEMES for width in WIDTHS}


def draw_chart(home: Home, name: str) -> Drawn:
    """The drawing of this name, made now unless it was made before.

    Raises: Refusal portal.chart-unknown.
    """
    parts = _NAME.fullmatch(name)
    order = parts and _order(home.charts / f"{parts[1]}.json")
    if not parts or not order:
        raise Refusal("portal.chart-unknown")
    path = home.charts / f"{name}.svg"
    if not path.exists():
        look = msgspec.convert({"language": order.language, "theme": parts[2], "width": parts[3]}, Look)
        write_atomic(path, render(order.chart, order.facts, look))
    return Drawn(path.read_bytes(), order.device)


def render(chart: str, facts: dict[str, Any], look: Look) -> bytes:
    """The SVG of a chart; needs no network, since the drawing library carries all it needs."""
    import vl_convert

    from nadzor.actions.charts import specification

    locale = "ru-RU" if look.language == "ru" else "en-US"
    svg: str = vl_convert.vegalite_to_svg(
        specification(chart, facts, look),
        format_locale=locale,
        time_format_locale=locale,
        allowed_base_urls=[],
    )
    return svg.encode()


def sweep_charts(home: Home, *, keep: int = KEPT) -> int:
    """Remove the oldest files beyond `keep`; they can all be made again. Returns how many went."""
    aged = sorted(home.charts.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in aged[keep:]:
        path.unlink(missing_ok=True)
    return len(aged[keep:])


def _order(path: Path) -> Order | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Order)
    except FileNotFoundError:
        return None


@cache
def _code() -> bytes:
    """The digest of the drawing code: a changed drawing is a new chart."""
    seal = sha256()
    for page in sorted(files("nadzor.actions.charts").iterdir(), key=lambda page: page.name):
        if page.name.endswith(".py"):
            seal.update(page.read_bytes())
    return seal.digest()
