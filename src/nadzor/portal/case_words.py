# SPDX-License-Identifier: Apache-2.0
"""Words of a case on its pages: kinds of grounds, what one says, where it leads."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from nadzor.portal.labels import metric_label
from nadzor.portal.signal_words import detector_name
from nadzor.portal.words import day, number, said
from nadzor.vigilance.case_cards import GroundCard
from nadzor.vigilance.event_words import event_words


def kind_label(kind: str) -> str:
    """What a kind of ground is called."""
    return kinds().get(kind, kind)


def kinds() -> dict[str, str]:
    """Every kind of ground with its name."""
    return {
        "signal": _("Signal"),
        "event": _("Adverse event"),
        "document": _("Paper of this case"),
        "month": _("Declared month"),
        "monitoring": _("Clinical monitoring report"),
        "recomputation": _("Recomputation"),
        "claim": _("Claim checked"),
    }


def ground_label(ground: GroundCard) -> str:
    """A ground by its kind and its own number."""
    return f"{kind_label(ground.kind)} {ground.ref}"


def ground_href(ground: GroundCard, *, number: str) -> str:
    """Where a ground can be read; nothing where there is no page for it."""
    kind, ref = ground.kind, ground.ref
    if kind == "signal":
        return reverse("signal", args=[int(ref)])
    if kind == "document":
        return f"{reverse('filing', args=[number])}#papers"
    if kind == "event":
        return _address("event", ref)
    return ""


def ground_says(ground: GroundCard) -> str:
    """What it said on the day it was added, in one line."""
    facts = ground.facts
    if ground.kind == "signal":
        return _signal_says(facts)
    if ground.kind == "event":
        told = {
            "what": seriousness_label(str(facts.get("seriousness", ""))),
            "day": _day(facts.get("event_on")),
        }
        return _("%(what)s; happened: %(day)s") % told
    if ground.kind == "claim":
        return _claim_says(facts)
    return str(facts.get("name") or facts.get("month") or facts.get("year") or facts.get("calculation") or "")


def seriousness_label(seriousness: str) -> str:
    """How serious an event is, in the words of its class."""
    text = event_words().seriousness.get(seriousness)
    return said(text) if text else seriousness


def figure(value: object, digits: int = 4) -> str:
    """A figure of a pack as it is read; a word stays a word."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return number(int(value)) if value == int(value) else number(float(value), digits)


def _signal_says(facts: dict[str, Any]) -> str:
    finding = facts["finding"]
    told = {
        "detector": detector_name(finding["detector"]),
        "statistic": figure(finding["statistic"], 3),
        "threshold": figure(finding["threshold"], 3),
        "version": facts.get("version") or "—",
    }
    return _("%(detector)s: %(statistic)s over %(threshold)s; version %(version)s") % told


def _claim_says(facts: dict[str, Any]) -> str:
    """The estimate with its interval beside the bound that was declared."""
    size = facts.get("estimate") or {}
    told = {
        "metric": metric_label(facts["claim"]["metric"]),
        "bound": figure(facts["claim"]["lower_bound"]),
        "estimate": figure(size.get("estimate", "—")),
        "low": figure(size.get("low", "—")),
        "high": figure(size.get("high", "—")),
        "n": figure(facts["cases"]),
    }
    words = _(
        "%(metric)s %(estimate)s (95 %%: %(low)s to %(high)s) by %(n)s labels; declared: at least %(bound)s"
    )
    return words % told


def _day(text: object) -> str:
    from datetime import date

    return day(date.fromisoformat(text)) if isinstance(text, str) and text else _("unknown")


def _address(name: str, ref: str) -> str:
    try:
        return reverse(name, args=[ref])
    except NoReverseMatch:
        return ""
