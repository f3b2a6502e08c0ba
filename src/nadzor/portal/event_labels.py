# SPDX-License-Identifier: Apache-2.0
"""How adverse events are spoken of: states, seriousness, codes with their editions, and their last days."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from nadzor.base.problems import Refusal
from nadzor.portal.dues import Due, doubt, norm_of, role_label, run_state, what_of
from nadzor.portal.sheets import State
from nadzor.portal.words import day, language, said
from nadzor.procedures.adverse_event import ADVERSE_EVENT, MAKER
from nadzor.procedures.run import Run
from nadzor.procedures.words import words
from nadzor.vigilance.code_cards import CodeCard, own_list
from nadzor.vigilance.codes import code
from nadzor.vigilance.event_cards import CodeOf, EventRow
from nadzor.vigilance.event_words import event_words

TONES: Final = {
    "unconfirmed": "warn",
    "received": "warn",
    "awaiting_report": "calm",
    "reported": "calm",
    "questioned": "warn",
    "closed": "good",
}
GRAVE: Final = {"threat": "alarm", "death": "alarm", "other": ""}


def event_state(state: str) -> State:
    """An event's state as a word and a tone."""
    names = words()[ADVERSE_EVENT.name].states
    return State(said(names[state]) if state in names else state, TONES.get(state, ""))


def seriousness_state(value: str) -> State:
    """How serious an event is for its clock."""
    names = event_words().seriousness
    return State(said(names[value]) if value in names else value, GRAVE.get(value, ""))


def verb_label(verb: str) -> str:
    """What a move is called."""
    names = words()[ADVERSE_EVENT.name].verbs
    return said(names[verb]) if verb in names else verb


def verb_explained(verb: str) -> str:
    """One sentence on what a move does."""
    names = words()[ADVERSE_EVENT.name].explains
    return said(names[verb]) if verb in names else ""


def way_label(way: str) -> str:
    """Which way an event came."""
    names = event_words().ways
    return said(names[way]) if way in names else way


def kind_label(kind: str) -> str:
    """What a document is called."""
    names = event_words().documents
    return said(names[kind]) if kind in names else kind


def type_label(kind: str) -> str:
    """The kind of event as the wire names it."""
    names = event_words().event_types
    return said(names[kind]) if kind in names else kind


def doubt_label(doubt: str) -> str:
    """What contradicts itself or is not known."""
    names = event_words().doubts
    return said(names[doubt]) if doubt in names else doubt


def code_words(found: CodeOf) -> str:
    """A code with its name: A090803 · Finding missed; the code alone where no edition here has it."""
    card = _known(found)
    return f"{found.code} · {card.term.in_language(language())}" if card else found.code


def code_note(found: CodeOf) -> str:
    """The edition that a code was taken from; our own list says that it is not the official one."""
    if not found.edition:
        return _("no edition told")
    ours = found.edition == own_list().edition
    return _("edition %(name)s, our own short list") % {"name": found.edition} if ours else found.edition


def event_title(row: EventRow, device: str) -> str:
    """What happened to which device, as the codes tell it."""
    first = [code_words(each).partition(" · ")[2] or each.code for each in row.problems[:2]]
    told = ", ".join(first) or type_label(row.event_type) or _("no code given")
    return f"{told} · {device}"


def due_of_event(run: Run) -> Due:
    """The last day of one clock of an event; its arithmetic stands on the norm's page."""
    chip = norm_of(run, filed=None)
    return Due(
        text=day(run.due) if run.due else _("unknown"),
        href=chip.href,
        norm=chip,
        state=run_state(run),
        what=what_of(run),
        whose=_("Maker") if run.responsible in MAKER else role_label(run.responsible),
        note=doubt(run),
    )


def _known(found: CodeOf) -> CodeCard | None:
    """The card of a code in its own edition; one that no edition knew when it came stays as it was told."""
    if not found.edition:
        return None
    try:
        return code(found.code, found.edition)
    except Refusal:
        return None
