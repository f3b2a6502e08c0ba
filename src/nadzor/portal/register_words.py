# SPDX-License-Identifier: Apache-2.0
"""The register's memory in words: causes with their norms, states of the mirror, differences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.chips import norm_chip
from nadzor.portal.sheets import Cell, Chip, Fact, State, Table, columns, line
from nadzor.portal.words import NOTHING, day, moment, said
from nadzor.register.entry_words import cause_text
from nadzor.register.mirror import MirrorCard, Reading
from nadzor.register.revision_cards import Difference, Entry, RevisionCard

# The norm on which the day of an edition rests; the other causes are facts, not legal dates.
NORMS: Final = {
    "registration": "registration.decision",
    "version": "registration.version_amendment",
    "amendment": "amendment.procedures",
    "suspension": "cancellation.suspension_first",
    "resumption": "cancellation.suspension_first",
    "cancellation": "cancellation.grounds",
}


class Edition(Struct, frozen=True):
    """One edition as the page shows it."""

    title: str
    since: str
    known: str
    filing: str
    chip: Chip | None
    table: Table
    is_first: bool


class Mirror(Struct, frozen=True):
    """What the card says about the official register."""

    state: State
    sentence: str
    warning: str
    table: Table | None


class Banner(Struct, frozen=True):
    """A state that everybody must see first."""

    title: str
    text: str
    chip: Chip | None


def legal_day(value: date, key: str) -> Cell:
    """A legal date that leads to the norm in force that day; a plain one where no norm is known."""
    chip = norm_chip(key, value)
    return Cell(day(value), href=chip.href if chip else "")


def registered_fact(entry: Entry) -> Fact:
    """The day of registration with the norm it rests on."""
    chip = norm_chip("registration.decision", entry.registered_on)
    told = {"href": chip.href, "note": chip.text} if chip else {}
    return Fact(_("Registered on"), day(entry.registered_on), **told)


def edition(card: RevisionCard) -> Edition:
    """An edition in words."""
    key = NORMS.get(card.cause, "registration.decision" if card.number == 1 else "")
    return Edition(
        title=_("Edition %(n)s") % {"n": card.number} + f" · {said(cause_text(card.cause))}",
        since=day(card.valid_from),
        known=moment(card.known_at),
        filing=card.filing,
        chip=norm_chip(key, card.valid_from) if key else None,
        table=difference_table(
            _("What edition %(n)s changed") % {"n": card.number}, card.changed, _("before"), _("after")
        ),
        is_first=card.number == 1,
    )


def difference_table(caption: str, found: Sequence[Difference], before: str, after: str) -> Table:
    """Fields that two sources say differently."""
    lines = [line(said(one.label), _told(one.before), _told(one.after)) for one in found]
    return Table(caption, columns(_("Field"), before, after), lines)


def banner(entry: Entry, history: Sequence[RevisionCard]) -> Banner | None:
    """Suspension or cancellation: since when, by which norm and filing."""
    titles = {"suspended": _("Registration suspended"), "cancelled": _("Registration cancelled")}
    if entry.status not in titles:
        return None
    turns = [card for card in history if any(one.key == "status" for one in card.changed)]
    since = turns[-1] if turns else history[-1]
    text = _("Since %(day)s.") % {"day": day(since.valid_from)}
    if since.cause == "import":
        text = _("Known since %(day)s from a register file, which does not say since when it holds.") % {
            "day": day(since.valid_from)
        }
    told = [text, _("The device may not be used; what still runs goes on reporting.")]
    if entry.status == "cancelled":
        told[1] = _("The device may not be used, and its installations no longer report.")
    if since.filing:
        told.append(_("Filing %(number)s.") % {"number": since.filing})
    key = NORMS.get(since.cause, "cancellation.grounds")
    return Banner(titles[entry.status], " ".join(told), norm_chip(key, since.valid_from))


def mirror_words(card: MirrorCard) -> Mirror:
    """The official register beside this entry: what was found, when, and since when it cannot be checked."""
    stand = card.reading
    states = {
        "never": State(_("never checked"), "calm"),
        "no_number": State(_("official number not known yet"), "calm"),
        "same": State(_("the same there"), "good"),
        "differs": State(_("differs there"), "warn"),
        "absent": State(_("not there"), "alarm"),
    }
    state = State(_("could not check"), "warn") if stand.failing_since else states[card.state]
    read = _("Last read %(moment)s") % {"moment": moment(stand.read_at)} if stand.read_at else ""
    found = f"{read}: {states[card.state].label}" if read else states[card.state].label
    warning = (
        _("Since %(moment)s the official register could not be read; this may be out of date.")
        % {"moment": moment(stand.failing_since)}
        if stand.failing_since
        else ""
    )
    table = (
        difference_table(
            _("Here and in the official register"),
            card.differences,
            _("here"),
            _("in the official register"),
        )
        if card.differences
        else None
    )
    return Mirror(state, found + ".", warning, table)


def reading_words(stand: Reading) -> str:
    """How the readings of the official register stand, in one sentence."""
    if stand.failing_since:
        return _("The official register could not be read since %(moment)s.") % {
            "moment": moment(stand.failing_since)
        }
    if stand.read_at is None:
        return _("The official register has not been read here yet.")
    return _("Compared with the official register as read %(moment)s.") % {"moment": moment(stand.read_at)}


def _told(text: object) -> str:
    return said(text) if text is not None else NOTHING
