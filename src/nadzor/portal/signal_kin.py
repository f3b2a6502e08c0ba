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
    row = card.row
    if row.leading is not None:
        yield _plain(_("Led by"), row.leading)
    for kin in card.led:
        yield _fact(_("Leads"), kin, scope)
    if row.follows is not None:
        yield _plain(_("Comes after"), row.follows)
    for kin in card.followed_by:
        yield _fact(_("Came again as"), kin, scope)


def _plain(label: str, id: int) -> Fact:
    return Fact(label, _("signal %(id)s") % {"id": id}, href=reverse("signal", args=[id]))


def _fact(label: str, kin: Kin, scope: Scope) -> Fact:
    note = f"{scope.name(kin.device, language())}, {signal_state(kin.state).label}"
    return Fact(label, _("signal %(id)s") % {"id": kin.id}, href=reverse("signal", args=[kin.id]), note=note)
