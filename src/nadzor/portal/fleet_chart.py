# SPDX-License-Identifier: Apache-2.0
"""A device among its peers: the same share at every device the reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.detect.stats.proportion import wilson
from nadzor.portal.charts import figure, order
from nadzor.portal.counts import Counts
from nadzor.portal.figures import Figure
from nadzor.portal.scope import Scope
from nadzor.portal.sheets import Cell, Table, columns, line
from nadzor.portal.words import interval, language, number, said, share
from nadzor.vigilance.measured import Measured

DAYS = 90
LEAST = 30
SHOWN = 24
"""Peers drawn at most: those nearest to the device on both sides; the table has all."""


class Peer(Struct, frozen=True):
    """One device: its share with an interval."""

    code: str
    n: float
    value: float
    low: float
    high: float


class Sight(Struct, frozen=True):
    """Who looks: what they may see, up to which day, in which theme."""

    scope: Scope
    last: date
    theme: str


def peers_of(what: Measured, counts: Counts, *, devices: frozenset[str] | None, last: date) -> list[Peer]:
    """Every device with enough observations, from the smallest share to the largest."""
    asked: dict[str, Any] = {
        "device": devices, "since": last - timedelta(days=DAYS - 1), "until": last + timedelta(days=1),
    }  # fmt: skip
    over, under = (_by_device(names, counts, asked) for names in (what.over, what.under))
    found = []
    for code, n in under.items():
        if n >= LEAST:
            bounds = wilson(min(over.get(code, 0.0), n), n)
            found.append(Peer(code, n, over.get(code, 0.0) / n, bounds.low, bounds.high))
    return sorted(found, key=lambda peer: (peer.value, peer.code))


def fleet_figure(code: str, what: Measured, counts: Counts, sight: Sight) -> Figure | None:
    """The device among those the reader may see; None where it or its peers are missing.

    Why: a maker sees its own devices alone; the country's are the regulator's to compare.
    """
    scope = sight.scope
    peers = peers_of(what, counts, devices=scope.codes, last=sight.last)
    place = next((at for at, peer in enumerate(peers) if peer.code == code), None)
    if place is None or len(peers) < 3:
        return None
    first = max(0, min(place - SHOWN // 2, len(peers) - SHOWN))
    shown = peers[first : first + SHOWN]
    names = {peer.code: scope.name(peer.code, language()) for peer in peers}
    facts = {
        "rows": [
            {"label": names[peer.code], "value": peer.value, "low": peer.low, "high": peer.high,
             "mine": peer.code == code}
            for peer in shown
        ],
        "labels": [names[peer.code] for peer in reversed(shown)],
        "median": median(peer.value for peer in peers),
        "format": ".1~%",
        "title": said(what.label),
    }  # fmt: skip
    whose = " ".join(sorted(peer.code for peer in peers)) if scope.codes is not None else ""
    made = order("fleet", facts, digest=counts.digest, device=whose)
    label = said(what.label)
    title = _("%(what)s among the devices of the register") % {"what": label[:1].upper() + label[1:]}
    words = (title, _sentence(peers, place))
    table = _table(what, peers, names, code)
    return figure(made, theme=sight.theme, words=words, table=table, height=70 + 22 * len(shown))


def _by_device(names: tuple[str, ...], counts: Counts, asked: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in names:
        for code, n in counts.sums(name, by=("device",), **asked):
            found[code] = found.get(code, 0.0) + n
    return found


def _sentence(peers: list[Peer], place: int) -> str:
    mine = peers[place]
    facts = {
        "mine": share(mine.value, 2), "interval": interval(100 * mine.low, 100 * mine.high, digits=2),
        "median": share(median(peer.value for peer in peers), 2),
        "place": number(len(peers) - place), "of": number(len(peers)), "days": number(DAYS),
    }  # fmt: skip
    return (
        _(
            "%(mine)s here (%(interval)s), %(median)s at the middle device; place %(place)s of %(of)s "
            "from the top, %(days)s days."
        )
        % facts
    )


def _table(what: Measured, peers: list[Peer], names: Mapping[str, str], code: str) -> Table:
    head = columns(_("Device"), said(what.label), _("95% interval"), _("Observations"), numbers=(1, 2, 3))
    lines = [
        line(
            Cell(names[peer.code]), share(peer.value, 2), interval(100 * peer.low, 100 * peer.high, digits=2),
            number(peer.n), is_current=peer.code == code,
        )
        for peer in reversed(peers)
    ]  # fmt: skip
    return Table(_("Devices compared"), head, lines)
