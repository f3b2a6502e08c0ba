# SPDX-License-Identifier: Apache-2.0
"""What is said of codes and editions: annexes, marks, where an edition came from, what became of a code."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from nadzor.portal.sheets import Fact, State
from nadzor.portal.words import number, said
from nadzor.vigilance.code_cards import CodeCard
from nadzor.vigilance.codes import EditionCard, Later

ANNEX_NAMES = {
    "A": gettext_noop("A: what went wrong with the device"),
    "B": gettext_noop("B: how it was investigated"),
    "C": gettext_noop("C: what was found"),
    "D": gettext_noop("D: what was concluded"),
    "E": gettext_noop("E: clinical signs and conditions"),
    "F": gettext_noop("F: effect on health"),
    "G": gettext_noop("G: part of the device"),
}
FATES = {
    "same": (gettext_noop("unchanged"), "good"),
    "renamed": (gettext_noop("renamed"), "warn"),
    "redefined": (gettext_noop("defined anew"), "warn"),
    "not-selectable": (gettext_noop("can no longer be chosen"), "warn"),
    "withdrawn": (gettext_noop("withdrawn"), "alarm"),
}


def annex_words(letter: str) -> str:
    """An annex by its letter and what it holds."""
    return _(ANNEX_NAMES[letter])


def status_words(card: CodeCard) -> State | None:
    """What bars a code from being chosen; nothing for most."""
    return None if card.selectable else State(_("heading or retired: cannot be chosen"), "warn")


def source_words(edition: EditionCard) -> Fact:
    """Where an edition came from and how large it is."""
    size = {"codes": number(edition.codes), "terms": number(edition.terms), "year": edition.released}
    if edition.is_ours:
        text = _("our own short list of %(codes)s codes for AI and software; the names are ours") % size
    else:
        text = _("imported from released files: %(codes)s codes in %(terms)s rows, release %(year)s") % size
    return Fact(edition.name, text, note=_("current") if edition.is_current else "")


def fate_words(told: Later) -> Fact:
    """What a later edition makes of a code."""
    label, tone = FATES[told.fate]
    return Fact(told.edition, _(label), state=tone, note=said(told.term) if told.term else "")
