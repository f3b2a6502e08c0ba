# SPDX-License-Identifier: Apache-2.0
"""The parts of an event's card in words: its core, its codes, its documents, how complete it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.law.form import forms
from nadzor.people.roles import ROLE_NAMES, Role
from nadzor.portal.event_device import device_name
from nadzor.portal.event_labels import (
    code_note,
    code_words,
    doubt_label,
    kind_label,
    seriousness_state,
    type_label,
    way_label,
)
from nadzor.portal.sheets import Cell, Fact, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.words import NOTHING, day, language, moment, said, share, short
from nadzor.statutory.event_form import KINDS
from nadzor.vigilance.event_cards import CodeOf, DocumentCard, EventCard, EventRow
from nadzor.vigilance.quality import core_of, score

HIDDEN: Final = frozenset({"installation", "study", "reporter"})  # of the clinic that told, from a maker


class Paper(Struct, frozen=True, kw_only=True):
    """One document: what it is, who sent it when, its fields, its text or that it is held back."""

    id: int
    kind: str
    at: str
    by: str
    form: str
    digest: str
    fields: Sequence[tuple[str, str]]
    narrative: str
    held: bool
    held_kind: str
    released: str
    open_href: str


class Part(Struct, frozen=True):
    """One thing whose absence makes a report less complete, and what to add."""

    label: str
    add: str


def core_facts(card: EventCard, *, sees_all: bool) -> list[Fact]:
    """What is known of the event itself."""
    one = card.row
    found = [
        Fact(_("Device"), device_name(one), href=reverse("device", args=[one.device]) if one.device else "",
             note=_("as the reporter calls it; not linked to the register") if not one.device else ""),
        Fact(_("Version"), one.version or NOTHING),
        Fact(_("Kind of event"), type_label(one.event_type) if one.event_type else NOTHING),
        Fact(_("Seriousness for the clock"), seriousness_state(one.seriousness).label, note=_decided(one)),
        Fact(_("It happened on"), day(one.event_on)),
        Fact(_("The reporter learned of it on"), day(one.aware_on)),
        Fact(_("Received on"), day(one.received_on)),
        Fact(_("Reported by"), reporter(one)),
        Fact(_("Way"), way_label(one.way)),
    ]  # fmt: skip
    if sees_all:
        found += _near(one)
    if one.doubts:
        found.append(Fact(_("In doubt"), "; ".join(doubt_label(each) for each in one.doubts)))
    return found


def reporter(one: EventRow) -> str:
    """Who told of it, by role; a clinic is named to nobody."""
    return reporter_words(one.reporter_role)


def reporter_words(role: str) -> str:
    """A reporter's role in words."""
    if role in ROLE_NAMES:
        return ROLE_NAMES[Role(role)][language()]
    return {"public": _("somebody without an account")}.get(role, _("not told"))


def _near(one: EventRow) -> list[Fact]:
    """What lies near the clinic: for the regulator's eyes alone."""
    told = [(_("Site (pseudonym)"), one.site), (_("Installation"), one.installation), (_("Study"), one.study)]
    return [Fact(label, text, mono=True) for label, text in told if text]


def _decided(one: EventRow) -> str:
    if not one.decided_by:
        return _("no code makes it graver")
    return _("because of %(code)s") % {"code": type_label(one.decided_by)}


def code_table(one: EventRow) -> Table | None:
    """Every code with its edition; none are recoded silently."""
    groups = [(_("Device problem"), one.problems), (_("Effect"), one.effects), (_("Cause"), one.causes)]
    lines = [_code_line(label, each) for label, codes in groups for each in codes]
    head = columns(_("What"), _("Code"), _("Edition"))
    note = _("Names in Russian are unofficial; the codes are those of the international terminology.")
    return Table(_("Codes"), head, lines, note=note) if lines else None


def _code_line(label: str, found: CodeOf) -> Any:
    return row(label, Cell(code_words(found), wraps=True), code_note(found))


def document_sheets(card: EventCard, *, may_open: bool) -> list[Paper]:
    """The documents in the order they came."""
    return [_paper(card.row.number, each, may_open=may_open) for each in card.documents]


def _paper(number: str, found: DocumentCard, *, may_open: bool) -> Paper:
    opens = found.held and may_open
    return Paper(
        id=found.id,
        kind=kind_label(found.kind),
        at=moment(found.at),
        by=ROLE_NAMES[Role(found.role)][language()] if found.role in ROLE_NAMES else "",
        form=found.form,
        digest=short(found.digest, 16),
        fields=field_words(found.fields),
        narrative=found.narrative,
        held=found.held,
        held_kind=found.held_kind,
        released=day(found.released_at.date()) if found.released_at else "",
        open_href=reverse("event-narrative", args=[number, found.id]) if opens else "",
    )


def field_words(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The fields of a form as they were sent; what the core's own table shows is left out."""
    core = {"problems", "effects", "causes", "device", "device_told", "version", "event_type", "event_on",
            "aware_on"}  # fmt: skip
    labels = field_labels()
    return [(labels.get(key, key), str(text)) for key, text in fields.items() if key not in core and text]


def field_labels() -> Mapping[str, str]:
    """The fields of the forms of Order 1113n by key, as the forms name them."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(KINDS.values()):
        found |= {key: said(field.label) for key, field in forms()[name].fields.items()}
    return found


def quality_parts(card: EventCard, *, sees_all: bool) -> tuple[str, list[Part]]:
    """How complete the report is, and what would make it more so; complete is not true.

    Why two readings: what is hidden from a maker is not missing, and it could not add it.
    """
    texts = any(each.narrative or each.held for each in card.documents)
    found = score(_core(card, narrative=texts))
    missing = [each for each in found.missing if sees_all or each.dimension not in HIDDEN]
    value = found.value if sees_all else card.row.quality
    return share(value, 0), [Part(said(part.label), said(part.add)) for part in missing if part.add]


def _core(card: EventCard, *, narrative: bool) -> Any:
    one = card.row
    codes = {name: [{"code": each.code} for each in getattr(one, name)] for name in ("problems", "effects")}
    shown = _Shown(one, codes)
    return core_of(shown, narrative=narrative, outcome=any(each.kind == "report" for each in card.documents))


class _Shown:
    """A row as a struct, read as the score reads a row of the table."""

    def __init__(self, one: EventRow, codes: Mapping[str, Any]) -> None:
        self.one, self.codes = one, codes

    def __getattr__(self, name: str) -> Any:
        return self.codes[name] if name in self.codes else getattr(self.one, name)
