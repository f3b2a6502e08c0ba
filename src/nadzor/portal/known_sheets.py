# SPDX-License-Identifier: Apache-2.0
"""Sheets of what was known: of a device, a signal, an event and the register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.portal.dues import role_label, what_of
from nadzor.portal.event_labels import event_state, kind_label, seriousness_state
from nadzor.portal.event_labels import verb_label as event_verb
from nadzor.portal.filing_labels import filing_state
from nadzor.portal.identity import claim_table, device_state, entry_facts, version_table
from nadzor.portal.sheets import Cell, Fact, Line, State, Table, columns, line
from nadzor.portal.signal_words import detector_name, effect_words, signal_state
from nadzor.portal.signal_words import verb_label as signal_verb
from nadzor.portal.warning_labels import kind_state
from nadzor.portal.words import day, moment, number, said, short
from nadzor.procedures.run import Run
from nadzor.vigilance.cards import EvidenceCard
from nadzor.vigilance.known.cards import (
    KnownDevice,
    KnownEvent,
    KnownFigures,
    KnownRegister,
    KnownSignal,
    KnownThing,
)
from nadzor.vigilance.known.moment import Moment

PAGES: Final = {
    "signal": "signal", "event": "event", "case": "filing", "filing": "filing", "warning": "warning",
}  # fmt: skip


class Sheet(Struct, frozen=True, kw_only=True):
    """One thing as it was known: its state then, facts, tables, what came later, its page of today."""

    title: str
    href: str
    facts: Sequence[Fact]
    tables: Sequence[Table]
    state: State | None = None
    note: str = ""
    device: str = ""


def device_sheet(found: KnownDevice, at: Moment) -> Sheet:
    """A device: the entry that held, the figures that were known, the matters that were open."""
    entry = found.entry
    facts = entry_facts(entry) if entry else [Fact(_("Register entry"), _("none held then"))]
    tables = [version_table(entry.versions), claim_table(entry.claims)] if entry else []
    return Sheet(
        title=said(entry.name) if entry else found.code,
        href=reverse("register-card", args=[found.code]),
        device=found.code,
        state=device_state(entry.status) if entry else None,
        facts=[
            *facts,
            Fact(_("Editions known by then"), number(found.editions)),
            *_figures(found.figures, at),
        ],
        tables=[*(each for each in tables if each.lines), *_things(found.things)],
    )


def signal_sheet(found: KnownSignal) -> Sheet:
    """A signal: its evidence and moves by then."""
    facts = [
        Fact(_("Detector"), detector_name(found.detector)),
        Fact(_("Device"), found.device or _("All devices")),
        Fact(_("Raised"), moment(found.raised_at)),
    ]
    evidence = Table(
        _("Evidence by then"),
        columns(_("Run"), _("Effect"), _("Statistic"), _("Stands"), _("Digest of the rows"), numbers=(2,)),
        [_evidence(each) for each in found.evidence],
        caption_hidden=False,
    )
    moves = _moves([(each.at, signal_verb(each.verb), each.role, each.because) for each in found.moves])
    return Sheet(
        title=_("Signal %(id)s") % {"id": found.id}, href=reverse("signal", args=[found.id]),
        state=signal_state(found.state), facts=facts, tables=[evidence, moves], note=later(found.later),
        device=found.device,
    )  # fmt: skip


def event_sheet(found: KnownEvent) -> Sheet:
    """An event: its documents, its moves and its clocks by then."""
    facts = [Fact(_("Device"), found.device), Fact(_("Received"), moment(found.received_at))]
    if found.gravity:
        facts.append(Fact(_("Seriousness that set its clock"), seriousness_state(found.gravity).label))
    documents = Table(
        _("Documents by then"),
        columns(_("Document"), _("Sent"), _("By"), "SHA-256"),
        [
            line(kind_label(each.kind), moment(each.at), role_label(each.role), digest(each.digest))
            for each in found.documents
        ],
        caption_hidden=False,
    )
    moves = _moves([(each.at, event_verb(each.verb), each.role, each.because) for each in found.steps])
    return Sheet(
        title=found.number, href=reverse("event", args=[found.number]), state=event_state(found.state),
        facts=facts, tables=[documents, moves, clocks(found.runs)], note=later(found.later),
        device=found.device,
    )  # fmt: skip


def register_sheet(found: KnownRegister) -> Sheet:
    """The register: every entry that held, by code."""
    counts = [Fact(device_state(status).label, number(n)) for status, n in found.by_status.items()]
    rows = [
        line(
            Cell(said(each.name), href=reverse("register-card", args=[each.code])), each.number,
            Cell(device_state(each.status).label), day(each.valid_from), moment(each.known_at),
        )
        for each in found.entries
    ]  # fmt: skip
    head = columns(_("Device"), _("Number"), _("State"), _("Holds from"), _("Known since"))
    table = Table(_("Entries"), head, rows, caption_hidden=False)
    return Sheet(
        title=_("The register"), href=reverse("register"), tables=[table],
        facts=[*counts, Fact(_("Newest change known"), number(found.last_change))],
    )  # fmt: skip


def clocks(found: Sequence[Run]) -> Table:
    """Time limits as they ran on that day."""
    rows = [
        line(what_of(each), day(each.started), day(each.due) if each.due else _("no date"), _ends(each))
        for each in found
    ]
    head = columns(_("Time limit"), _("Started"), _("Last day"), _("Stopped"))
    return Table(_("Time limits by then"), head, rows, caption_hidden=False)


def later(n: int) -> str:
    """How much has come since, which is not shown."""
    if not n:
        return _("Nothing has been added since.")
    told = ngettext(
        "%(n)s thing was added since and is left out.", "%(n)s things were added since and are left out.", n
    )
    return told % {"n": number(n)}


def digest(sha256: str) -> Cell:
    """The beginning of a digest."""
    return Cell(short(sha256), mono=True)


def _ends(run: Run) -> str:
    return day(run.stopped) if run.stopped else _("runs")


def _figures(found: KnownFigures | None, at: Moment) -> list[Fact]:
    if found is None:
        return []
    note = _("facts known by the end of %(day)s; the ninety days before") % {"day": day(at.figures_on)}
    return [
        Fact(_("Studies"), number(found.studies), note=note),
        Fact(_("Failed"), number(found.failed)),
        Fact(_("Reviews"), number(found.reviews)),
        Fact(_("Labels"), number(found.labels)),
        Fact(_("Digest of the rows"), short(found.digest), mono=True),
    ]


def _things(found: Sequence[KnownThing]) -> list[Table]:
    if not found:
        return []
    ways = [(each, reverse(PAGES[each.kind], args=[each.ref])) for each in found]
    rows = [
        line(Cell(_named(each), href=href), moment(each.known_since), _state(each)) for each, href in ways
    ]
    head = columns(_("Matter"), _("Known since"), _("State then"))
    return [Table(_("Known about it by then"), head, rows, caption_hidden=False)]


def _named(each: KnownThing) -> str:
    words = {"signal": _("Signal %(id)s") % {"id": each.ref}}
    return words.get(each.kind, f"{each.ref} {said(each.title) if each.title else ''}".strip())


def _state(each: KnownThing) -> str:
    match each.kind:
        case "signal":
            return signal_state(each.state).label
        case "event":
            return event_state(each.state).label
        case "warning":
            return kind_state(each.state).label
        case _:
            return filing_state("case", each.state).label if each.kind == "case" else each.state


def _moves(rows: Sequence[tuple[object, ...]]) -> Table:
    head = columns(_("When"), _("Move"), _("By"), _("Grounds"))
    lines = [_move(*row) for row in rows]
    return Table(_("Moves by then"), head, lines, caption_hidden=False)


def _move(at: object, verb: object, role: object, because: object) -> Line:
    return line(moment(at), str(verb), role_label(str(role)), Cell(str(because), wraps=True))  # type: ignore[arg-type]


def _evidence(each: EvidenceCard) -> Line:
    stands = _("yes") if each.stands else _("no: later data took it away")
    told = (moment(each.at), effect_words(each.finding), number(each.finding.statistic, 2), stands)
    return line(*told, digest(each.finding.rows_hash))
