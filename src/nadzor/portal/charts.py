# SPDX-License-Identifier: Apache-2.0
"""Charts for pages: the order is kept, the figure gets the addresses; and the address itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from nadzor.actions.draw_chart import Order, draw_chart, order_chart
from nadzor.base.problems import Refusal
from nadzor.portal.figures import Figure, drawings
from nadzor.portal.frame import house
from nadzor.portal.scope import scope_of
from nadzor.portal.sheets import Table
from nadzor.portal.words import language

WIDTH = 920


def figure(order: Order, *, theme: str, words: tuple[str, str], table: Table, height: int) -> Figure:
    """A figure from an order; `words` are its title and its sentence."""
    names = order_chart(house(), order)
    addresses = {look: reverse("chart", args=[name]) for look, name in names.items()}
    sources, fallback = drawings(addresses, theme)
    title, sentence = words
    return Figure(title, sentence, sources, fallback, WIDTH, height, table, anchor=order.chart)


def order(chart: str, facts: dict[str, Any], *, digest: str, device: str = "") -> Order:
    """An order in the language of this request."""
    return Order(chart=chart, language=language(), digest=digest, facts=facts, device=device)


def drawing(request: HttpRequest, name: str) -> HttpResponse:
    """The SVG of a chart, for those who may read its devices; no browser keeps it after they left."""
    drawn = draw_chart(house(), name)
    codes, shown = scope_of(request).codes, set(drawn.device.split())
    if codes is not None and not (shown and shown <= codes):
        raise Refusal("portal.chart-unknown")
    answer = HttpResponse(drawn.svg, content_type="image/svg+xml")
    answer["Cache-Control"] = "private, no-store"
    return answer
