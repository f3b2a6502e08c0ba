# SPDX-License-Identifier: Apache-2.0
"""The timeline of what became known: each moment in words, and a way to the sheet as it was known then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.base.clock import MOSCOW
from nadzor.portal.case_words import kind_label as ground_label
from nadzor.portal.event_labels import event_state
from nadzor.portal.event_labels import kind_label as document_label
from nadzor.portal.event_labels import verb_label as event_verb
from nadzor.portal.filing_labels import filing_state, procedure_label
from nadzor.portal.filing_labels import verb_label as filing_verb
from nadzor.portal.filing_records import paper_label
from nadzor.portal.sheets import Pages
from nadzor.portal.signal_words import signal_state
from nadzor.portal.signal_words import verb_label as signal_verb
from nadzor.portal.warning_labels import kind_state
from nadzor.portal.words import moment, number, said
from nadzor.register.filing_words import filing_words
from nadzor.vigilance.known.moments import Change, KnownMoment, MomentsPage

NAMED_MAX: Final = 3  # entries that one line of the register's timeline names


class Line(Struct, frozen=True, kw_only=True):
    """One moment: when, the way to the sheet of then, what came, and whether the sheet above is of it."""

    at: str
    stamp: str
    href: str
    changes: Sequence[str]
    is_current: bool


class Timeline(Struct, frozen=True):
    """A page of moments."""

    lines: Sequence[Line]
    pages: Pages


def timeline_of(found: MomentsPage, *, kind: str, ref: str, at: datetime | None) -> Timeline:
    """A page of moments; `at`: the moment of the sheet above, if there is one."""
    current = next((each.at for each in found.items if at is not None and each.at <= at), None)
    lines = [_line(each, kind, ref, is_current=each.at == current) for each in found.items]
    told = ngettext("%(n)s moment in all", "%(n)s moments in all", found.total) % {"n": number(found.total)}
    asked = {"kind": kind, "ref": ref, "on": at.astimezone(MOSCOW).isoformat() if at else ""}
    older = _address({**asked, "before": found.next.isoformat()}) + "#moments" if found.next else ""
    return Timeline(lines, Pages(told, next_href=older))


def _line(one: KnownMoment, kind: str, ref: str, *, is_current: bool) -> Line:
    stamp = one.at.astimezone(MOSCOW).isoformat()
    href = _address({"kind": kind, "ref": ref, "on": stamp})
    return Line(at=moment(one.at), stamp=stamp, href=href, changes=_told(one), is_current=is_current)


def _address(asked: Mapping[str, str]) -> str:
    return f"{reverse('known')}?{urlencode(asked)}"


def _told(one: KnownMoment) -> list[str]:
    """The changes of a moment in words; what was said once is not said twice, what is left out is counted."""
    found, left = [], one.count
    for is_entry, rows in groupby(one.changes, key=_is_entry):
        told = list(rows)
        left -= len(told)
        found += [_entries(told, one.count)] if is_entry else list(dict.fromkeys(map(_change, told)))
        left = 0 if is_entry else left
    more = ngettext("and %(n)s more", "and %(n)s more", left) % {"n": number(left)}
    return [*found, more] if left else found


def _is_entry(one: Change) -> bool:
    """Whether it is a line of the register, told without the number of its edition."""
    return one.what in ("edition", "holds") and not one.says


def _entries(told: Sequence[Change], n: int) -> str:
    """Lines of the register that came or began to hold at once: how many, and the first by name."""
    refs = sorted({each.ref for each in told})
    names = ", ".join(refs[:NAMED_MAX]) + ("…" if len(refs) > NAMED_MAX or n > len(told) else "")
    counted = ngettext("%(n)s edition", "%(n)s editions", n) % {"n": number(n)}
    return f"{counted}: {names}"


def _change(one: Change) -> str:
    return _WORDS[one.what](one)


def _opened(one: Change) -> str:
    match one.of:
        case "signal":
            return (_("Signal %(id)s raised") % {"id": one.ref}) if one.ref else _("The signal was raised")
        case "event":
            return (
                (_("Event %(number)s received") % {"number": one.ref}) if one.ref else _("The event came in")
            )
        case _:
            return _("Opened: %(what)s") % {"what": f"{procedure_label(one.of)} {one.ref}".strip()}


def _stated(one: Change) -> str:
    state = {"signal": signal_state, "event": event_state}.get(one.of)
    label = state(one.says).label if state else filing_state(one.of, one.says).label
    name = _("Signal %(id)s") % {"id": one.ref} if one.of == "signal" else one.ref
    return f"{name} → {label}"


def _stepped(one: Change) -> str:
    words = {"signal": signal_verb, "event": event_verb}.get(one.of)
    label = words(one.says) if words else filing_verb(one.of, one.says)
    return _("Move: %(verb)s") % {"verb": label}


def _evidence(one: Change) -> str:
    if one.of == "signal":
        stands = one.says == "stands"
        return (
            _("Evidence: the finding stands") if stands else _("Evidence: later data took the finding away")
        )
    kind = filing_words().evidence.get(one.says)
    return _("Recorded: %(what)s") % {"what": said(kind) if kind else one.says}


def _edition(one: Change) -> str:
    return _("Edition %(n)s of the register entry") % {"n": one.says}


_WORDS: Final[Mapping[str, Callable[[Change], str]]] = {
    "opened": _opened,
    "state": _stated,
    "step": _stepped,
    "evidence": _evidence,
    "edition": _edition,
    "holds": lambda one: _("Edition %(n)s begins to hold") % {"n": one.says},
    "warning": lambda one: f"{_('Warning')} {one.ref}: {kind_state(one.says).label}",
    "document": lambda one: _("Document: %(what)s") % {"what": document_label(one.says)},
    "paper": lambda one: _("Paper: %(what)s") % {"what": paper_label(one.says)},
    "ground": lambda one: _("Ground: %(what)s") % {"what": ground_label(one.says)},
    "letter": lambda one: _("A letter was sent"),
    "pack": lambda one: _("A pack was given to the maker"),
    "recomputation": lambda one: _("The maker recomputed"),
    "submission": lambda one: _("Handed in"),
    "seal": lambda one: _("Sealed"),
    "missed": lambda one: _("A time limit passed unmet"),
}
