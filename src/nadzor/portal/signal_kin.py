# SPDX-License-Identifier: Apache-2.0
"""Signals that belong to a signal: its leading one, those under it, those before and after it."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.portal.scope import Scope
from nadzor.portal.sheets import Fact
from nadzor.portal.signal_words import signal_state
from nadzor.portal.words import language
from nadzor.vigilance.cards import Kin, SignalCard


def kin_facts(card: SignalCard, scope: Scope) -> list[Fact]:
    """Every signal of the kin, with the way to it."""
    return list(_facts(card, scope))


def _facts(card: SignalCard, scope: Scope) -> Iterator[Fact]:
    told = (
        (_("Led by"), card.led_by),
        (_("Leads"), card.led),
        (_("Comes after"), card.comes_after),
        (_("Came again as"), card.followed_by),
    )
    for label, kin in told:
        yield from (_fact(label, each, scope) for each in kin)


def _fact(label: str, kin: Kin, scope: Scope) -> Fact:
    note = f"{scope.name(kin.device, language())}, {signal_state(kin.state).label}"
    return Fact(label, _("signal %(id)s") % {"id": kin.id}, href=reverse("signal", args=[kin.id]), note=note)
