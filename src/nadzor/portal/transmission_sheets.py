# SPDX-License-Identifier: Apache-2.0
"""What the page of the transmission gate is made of: the path, the record of the test, months, buttons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.people.permissions import may_issue_token
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.portal.chips import norm_chip
from nadzor.portal.sheets import Cell, Chip, Fact, Line, State, Table, columns, line
from nadzor.portal.words import NOTHING, day, moment, month, number, reference, said
from nadzor.procedures.rules.conformance import Check
from nadzor.procedures.transmission import (
    ACCESS_GRANTED,
    CONNECTED,
    DECLARED,
    ELIGIBLE,
    ENDED,
    GRANTED,
    TEST_PASSED,
    TRANSMISSION,
    TRANSMITTING,
)
from nadzor.procedures.words import words
from nadzor.register.filing_permissions import APPLICANTS, stands_for
from nadzor.register.gate import told
from nadzor.register.gate_cards import CertificateCard, GateCard, MonthState, Statement
from nadzor_wire.note import vkey

PATH = (DECLARED, ACCESS_GRANTED, CONNECTED, TEST_PASSED, TRANSMITTING, ELIGIBLE)
TONES = {ELIGIBLE: "good", TRANSMITTING: "calm", TEST_PASSED: "calm", ENDED: "warn"}
RECEIVED = {"whole": "good", "partial": "warn", "missed": "alarm", "excused": "calm"}


class Stop(Struct, frozen=True):
    """One state on the path: its name, when it was reached, whether the device is there now."""

    label: str
    reached: str
    is_current: bool
    is_done: bool


class Step(Struct, frozen=True):
    """One move of the past."""

    at: str
    verb: str
    to: str
    by: str
    because: str


class Button(Struct, frozen=True):
    """One deed that the asker may do now."""

    deed: str
    label: str
    needs_grounds: bool = False
    is_quiet: bool = False


class Reason(Struct, frozen=True):
    """A sentence about the state, with the norm it rests on."""

    text: str
    tone: str
    norm: Chip | None


def state_mark(state: str) -> State:
    """The gate's state as a mark."""
    return State(state_label(state), TONES.get(state, ""))


def state_label(state: str) -> str:
    """What a state is called."""
    return said(words()[TRANSMISSION.name].states[state]) if state else _("transmission not declared")


def path_of(card: GateCard) -> list[Stop]:
    """The six states in their order; those behind the present one are done."""
    place = PATH.index(card.state) if card.state in PATH else -1
    reached = {step.to: step.on for step in card.steps}
    return [
        Stop(state_label(state), day(reached.get(state)) if state in reached and at <= place else "",
             is_current=at == place, is_done=at < place)
        for at, state in enumerate(PATH)
    ]  # fmt: skip


def reasons(found: Sequence[Statement]) -> list[Reason]:
    """Why evidence of transmission does not stand."""
    tones = {True: "good", False: "warn", None: ""}
    return [
        Reason(said(each.text), tones[each.good], _chip(each.norm, each.cite) if each.norm else None)
        for each in found
    ]


def certificate_facts(record: CertificateCard | None, home: Home) -> list[Fact]:
    """The certificate, how to check it, and under which key."""
    if record is None:
        return []
    name, private = home.gate_key()
    file = reverse("transmission-certificate", args=[record.device, record.number])
    return [
        Fact(_("Number"), record.number, href=file, note=_("the signed file")),
        Fact(_("Date"), day(record.at.date())),
        Fact(_("Version tested"), record.version),
        Fact(_("Digest of stream and result"), record.digest, mono=True),
        Fact(_("Key for certificates"), vkey(name, private.public_key()), mono=True),
        Fact(
            _("Check it offline"), f"nadzor gate verify certificate-{record.number}.txt --key KEY", mono=True
        ),
    ]


def check_table(record: CertificateCard | None, today: date) -> Table | None:
    """Every check of the last test; the ones not passed say what to do."""
    if record is None:
        return None
    caption = _("Record %(number)s of %(at)s") % {"number": record.number, "at": moment(record.at)}
    head = columns(_("Requirement"), _("Result"), _("What was seen"), _("What to do"), _("Rests on"))
    return Table(caption, head, [_check(each, today) for each in record.checks], caption_hidden=False)


def month_table(device: str, card: GateCard) -> Table:
    """The months of transmission, newest first, each leading to its report."""
    head = columns(
        _("Month"), _("Received"), _("Days heard"), _("Days of our outage"), _("Why"), numbers=(2, 3)
    )
    return Table(_("Months"), head, [_month(device, each) for each in reversed(card.months)])


def history(card: GateCard) -> list[Step]:
    """What was done, newest first."""
    verbs = words()[TRANSMISSION.name].verbs
    return [
        Step(
            moment(step.at),
            said(verbs[step.verb]),
            state_label(step.to),
            _doer(step.by, step.role),
            said(told(step)),
        )
        for step in reversed(card.steps)
    ]


def buttons(who: Person | None, maker: str, card: GateCard) -> list[Button]:
    """What the asker may do now; the actions ask again."""
    found: list[Button] = []
    if who is None:
        return found
    if not card.state and who.role in APPLICANTS and stands_for(who, maker):
        found.append(Button("declare", _("Declare automatic transmission")))
    if card.state == DECLARED and who.role is Role.REGISTRAR:
        found.append(Button("grant", _("Grant access to the sandbox")))
    if card.state in GRANTED and may_issue_token(who, maker=maker):
        found.append(Button("test", _("Run the conformance test")))
        found.append(Button("bench", _("Token for another test bench"), is_quiet=True))
    if card.state in GRANTED and who.role is Role.REGISTRAR:
        found.append(Button("revoke", _("Revoke access"), needs_grounds=True, is_quiet=True))
    if card.state in (DECLARED, *GRANTED) and who.role is Role.REGISTRAR:
        found.append(Button("end", _("End the gate"), needs_grounds=True, is_quiet=True))
    if any(each.received == "missed" for each in card.months) and who.role is Role.REGISTRAR:
        found.append(Button("excuse", _("Leave the month uncounted"), needs_grounds=True, is_quiet=True))
    return found


def _check(check: Check, today: date) -> Line:
    labels = {"passed": _("passed"), "failed": _("failed"), "unseen": _("not seen")}
    tones = {"passed": "good", "failed": "alarm", "unseen": "warn"}
    tone = tones[check.verdict] if check.verdict == "passed" or not check.advice else ""
    chip = norm_chip(check.norm, today) if check.norm else None
    return line(
        said(check.what),
        Cell(labels[check.verdict], state=tone or "none", note=_("advice") if check.advice else ""),
        said(check.saw),
        said(check.do) if check.verdict != "passed" else NOTHING,
        Cell(reference(check.cite), href=chip.href if chip else ""),
    )


def _month(device: str, state: MonthState) -> Line:
    labels = {
        "whole": _("whole"), "partial": _("with holes"), "missed": _("missed"), "excused": _("not counted"),
        "running": _("running"), "waiting": _("not judged yet"), "no_norm": _("no norm in force"),
    }  # fmt: skip
    judged = state.received in RECEIVED
    heard = _("%(heard)s of %(days)s") % {"heard": number(state.heard), "days": number(state.expected)}
    address = reverse("month", args=[str(state.month), device])
    return line(
        Cell(month(state.month.year, state.month.month), href=address),
        Cell(labels[state.received], state=RECEIVED.get(state.received, "none")),
        heard if judged else NOTHING,
        number(state.ours) if judged else NOTHING,
        said(state.why),
    )


def _doer(name: str, role: str) -> str:
    return {"house": _("the platform"), "console": _("console")}.get(name, name)


def _chip(key: str, cite: str) -> Chip:
    return Chip(reference(cite) or key, reverse("norm", args=[key]), is_internal=key.startswith("gate."))
