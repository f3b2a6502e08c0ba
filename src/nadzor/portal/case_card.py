# SPDX-License-Identifier: Apache-2.0
"""The desk of a case on its filing's card: what it rests on, what the maker was given, what it reckoned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.add_case_ground import ADDERS
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.portal.case_words import figure, ground_href, ground_label, ground_says, kinds
from nadzor.portal.event_beside import beside
from nadzor.portal.inputs import Input, line, prose, select
from nadzor.portal.sheets import Cell, Table, columns
from nadzor.portal.sheets import line as row_of
from nadzor.portal.words import moment, said
from nadzor.procedures.case import CASE
from nadzor.procedures.moves import moves_for
from nadzor.procedures.rules.case_grounds import open_complaints
from nadzor.register.filing_cards import FilingCard
from nadzor.vigilance.case_cards import GroundCard, PackCard
from nadzor.vigilance.case_grounds import grounds, recomputations
from nadzor.vigilance.events import event
from nadzor.vigilance.packs import packs
from nadzor.vigilance.warnings import warnings

EVENTS_MAX = 3  # events laid beside their like on one card; each has a card of its own
#: What a person may add by its number.
ADDABLE = ("signal", "event", "document", "claim", "month", "monitoring", "recomputation")


class Way(Struct, frozen=True):
    """A page to read beside the case."""

    label: str
    href: str


class Given(Struct, frozen=True):
    """A pack as the card names it."""

    label: str
    href: str
    at: str
    digest: str


class Alike(Struct, frozen=True):
    """Reports like one that the case rests on, with their rates per processed study."""

    label: str
    groups: Table
    said: Sequence[str]


class CameBack(Struct, frozen=True, kw_only=True):
    """A form of the desk that was refused: which one, what was typed, what is wrong."""

    form: str = ""
    given: Mapping[str, str] = {}
    wrong: str = ""

    def of(self, form: str) -> CameBack:
        """This, if it is that form's; otherwise an empty one."""
        return self if self.form == form else CameBack()


class Desk(Struct, frozen=True, kw_only=True):
    """Everything of the desk; the two forms are empty for whoever may not send them."""

    grounds: Table
    alone: bool
    complaints: int
    packs: Sequence[Given]
    reckoned: Table | None
    warnings: Table | None
    similar: Sequence[Alike]
    ways: Sequence[Way]
    ground_inputs: Sequence[Input]
    recompute_inputs: Sequence[Input]
    came_back: str = ""


def desk(who: Person | None, card: FilingCard, *, today: date, back: CameBack | None = None) -> Desk | None:
    """The desk of a case; nothing for any other affair."""
    if card.row.procedure != CASE.name:
        return None
    number, rest, given = card.row.number, grounds(card.row.number), packs(card.row.number)
    back = back or CameBack()
    return Desk(
        grounds=_rest(rest, number),
        alone=_is_alone(card, rest),
        complaints=open_complaints([step.verb for step in card.steps]),
        packs=[_given(each) for each in given],
        reckoned=_reckoned(number),
        warnings=_warned(who, card, today),
        similar=_similar(who, rest, today),
        ways=_ways(card.row.device, rest),
        ground_inputs=_ground_inputs(back.of("ground")) if _may_add(who, card) else [],
        recompute_inputs=_recompute_inputs(given, back.of("recompute")) if _may_recompute(who, card) else [],
        came_back=back.form,
    )


def _is_alone(card: FilingCard, rest: Sequence[GroundCard]) -> bool:
    """Whether nothing but signals stands here: no other ground, and the maker has not answered."""
    answered = any(step.verb == "answer" for step in card.steps)
    return bool(rest) and not answered and all(each.kind == "signal" for each in rest)


def calculations(given: Sequence[PackCard]) -> dict[str, dict[str, Any]]:
    """The calculations of the newest pack by name, each with what it says."""
    held = given[-1].body["grounds"] if given else []
    found = [each for ground in held for each in ground.get("reproduced_by", ())]
    return {each["calculation"]: each for each in reversed(found)}


def _rest(rest: Sequence[GroundCard], number: str) -> Table:
    head = columns(_("Ground"), _("What it said that day"), _("Added"), _("Digest"))
    return Table(_("What the case rests on"), head, [
        row_of(
            Cell(ground_label(each), href=ground_href(each, number=number), note=each.because),
            Cell(ground_says(each), wraps=True),
            moment(each.at),
            Cell(each.digest[:16], mono=True),
        )
        for each in rest
    ])  # fmt: skip


def _given(pack: PackCard) -> Given:
    return Given(
        _("What the maker was given with the inquiry"),
        reverse("case-pack", args=[pack.filing, pack.id]),
        moment(pack.at),
        pack.digest,
    )


def _reckoned(number: str) -> Table | None:
    found = recomputations(number)
    if not found:
        return None
    head = columns(
        _("Recomputed"), _("By the maker's figures"), _("By the pack"), _("Agree?"), numbers=(1, 2)
    )
    return Table(_("What the maker reckoned"), head, [
        row_of(
            Cell(each.calculation, note=moment(each.at)),
            figure(each.found.get(each.ours.get("figure", ""), "")),
            figure(each.ours.get("found", "")),
            _("the same") if each.same else _("differs"),
        )
        for each in found
    ])  # fmt: skip


def _warned(who: Person | None, card: FilingCard, today: date) -> Table | None:
    """Warnings that this case brought about, as far as this person may see them."""
    page = warnings(who, today=today, device=card.row.device)
    mine = [each for each in page.rows if each.filing == card.row.number]
    if not mine:
        return None
    head = columns(_("Warning"), _("Sent"), _("Clinics"), _("Confirmed"), numbers=(2, 3))
    return Table(_("Warnings sent"), head, [
        row_of(
            Cell(said(each.title), href=reverse("warning", args=[each.number])), moment(each.at),
            figure(each.progress.sites) if each.progress.sites is not None else "—",
            figure(each.progress.confirmed) if each.progress.confirmed is not None else "—",
        )
        for each in mine
    ])  # fmt: skip


def _similar(who: Person | None, rest: Sequence[GroundCard], today: date) -> list[Alike]:
    """Reports like each event the case rests on, as far as this person may see the event."""
    found = []
    for ground in [each for each in rest if each.kind == "event"][:EVENTS_MAX]:
        try:
            around = beside(event(who, ground.ref, today=today), who)
        except Refusal:
            continue
        if around is not None:
            found.append(Alike(_("Reports like %(id)s") % {"id": ground.ref}, around.groups, around.said))
    return found


def _ways(device: str, rest: Sequence[GroundCard]) -> list[Way]:
    """The telemetry around the grounds: charts, versions at work, the rows behind each signal."""
    if not device:
        return []
    found = [
        Way(_("Charts of the device"), reverse("device-charts", args=[device])),
        Way(_("Versions at work"), reverse("versions", args=[device])),
    ]
    return [*found, *(_rows(device, each) for each in rest if each.kind == "signal")]


def _rows(device: str, ground: GroundCard) -> Way:
    """The rows of a signal, from where its change is placed on; the receipts are behind them."""
    finding = ground.facts["finding"]
    located = finding.get("located") or {}
    asked = {
        "version": finding.get("version", ""), "finding": finding.get("finding", ""),
        "first": located.get("low") or finding["first_day"],
    }  # fmt: skip
    query = urlencode({name: text for name, text in asked.items() if text})
    label = _("Rows and receipts behind signal %(id)s") % {"id": ground.ref}
    return Way(label, f"{reverse('trace', args=[device])}?{query}")


def _may_add(who: Person | None, card: FilingCard) -> bool:
    return who is not None and who.role in ADDERS and card.row.open


def _may_recompute(who: Person | None, card: FilingCard) -> bool:
    verbs = {move.verb for move in moves_for(CASE, card.row.state, who.role.value)} if who else set()
    return "recompute" in verbs and bool(calculations(packs(card.row.number)))


def _ground_inputs(back: CameBack) -> list[Input]:
    names = {kind: label for kind, label in kinds().items() if kind in ADDABLE}
    hint = _("A signal's or an event's number, kind/edition, finding/metric/version of a claim, month, year.")
    return [
        select("ground.kind", _("Kind of ground"), names, back.given.get("ground.kind", "event")),
        line(
            "ground.ref", _("Its number"), value=back.given.get("ground.ref", ""), hint=hint, error=back.wrong
        ),
        prose("ground.because", _("Why it bears on the case"), value=back.given.get("ground.because", "")),
    ]


def _recompute_inputs(packed: Sequence[PackCard], back: CameBack) -> list[Input]:
    found = calculations(packed)
    first = next(iter(found.values()))
    hint = _("JSON as nadzor calc reads it; the platform's own figures stand here to be replaced by yours.")
    chosen = back.given.get("recompute.calculation", first["calculation"])
    figures = back.given.get("recompute.figures", _json(first["given"]))
    return [
        select("recompute.calculation", _("Calculation"), {name: name for name in found}, chosen),
        prose("recompute.figures", _("Your figures"), value=figures, hint=hint, error=back.wrong),
        prose("recompute.because", _("Where they come from"), value=back.given.get("recompute.because", "")),
    ]


def _json(given: Any) -> str:
    import msgspec

    return msgspec.json.encode(given).decode()
