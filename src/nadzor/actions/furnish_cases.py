# SPDX-License-Identifier: Apache-2.0
"""Furnish a demonstration with cases on signals that its own nation raised, each stopped at another state."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.actions.add_case_ground import add_case_ground
from nadzor.actions.attach_paper import Upload, attach_paper
from nadzor.actions.move_filing import move_filing
from nadzor.actions.move_signal import Grounds, move_signal
from nadzor.actions.open_case import open_case
from nadzor.actions.recompute import recompute
from nadzor.base.home import Home
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.moves import moves_from
from nadzor.register.models import Device, Filing
from nadzor.simulate.filings import DEMO_FACTS, paper
from nadzor.vigilance.models import CaseGround, Signal
from nadzor.vigilance.packs import packs

BECAUSE: Final = str(DEMO_FACTS["because"])
STAFF: Final = {role: Person(role, role, Role(role)) for role in ("inspector", "head", "registrar")}
FACTS: Final = {
    **DEMO_FACTS, "norm_cite": "cancellation.suspension_first",
    "defects": ["Работает версия, которой нет в реестре", "Порог оценки не тот, что заявлен при регистрации"],
}  # fmt: skip
CONFIRMED: Final = Grounds(BECAUSE, {"reason_code": "deviation_confirmed"})


class Plot(Struct, frozen=True):
    """Signals of which detector a case rests on, and what is done in it; `@` is a deed that is no move."""

    detector: str
    deeds: tuple[str, ...]


PLOTS: Final = (
    Plot("failure_cusum", ("confirm_deviation", "inquire", "@recompute", "object")),
    Plot("claim_check", ("@document", "confirm_deviation", "inquire", "answer", "issue_warning")),
    Plot("version_watch", ("confirm_deviation", "inquire", "answer", "prescribe", "complain")),
    Plot("silence", ("confirm_deviation",)),
)


@transaction.atomic
def furnish_cases(home: Home, *, now: datetime) -> int:
    """Confirm a signal for each plot and carry its case; returns how many cases were opened.

    Why: on signals that the detectors raised, so that pack, rows and receipts are real; and once only.
    """
    if CaseGround.objects.exists():
        return 0
    taken: list[str] = []
    for plot in PLOTS:
        raised = Signal.objects.filter(detector=plot.detector, state="raised")
        row = raised.exclude(device__in=["", *taken]).order_by("id").first()
        if row is not None:
            taken.append(row.device)
            _carry(home, row, plot, now=now)
    return len(taken)


def _carry(home: Home, signal: Signal, plot: Plot, *, now: datetime) -> None:
    """Take the signal up, confirm it, open the case on it, and do what the plot says."""
    move_signal(signal.pk, "take", by=STAFF["inspector"], grounds=Grounds(), now=now)
    move_signal(signal.pk, "confirm", by=STAFF["head"], grounds=CONFIRMED, now=now)
    rest = [("signal", str(signal.pk))]
    number = open_case(signal.device, grounds=rest, by=STAFF["inspector"], now=now, because=BECAUSE)
    maker = _maker(signal.device)
    for deed in plot.deeds:
        if deed == "@recompute":
            _recompute(number, maker, now=now)
        elif deed == "@document":
            _document(number, home, now=now)
        else:
            move_filing(number, deed, by=_mover(number, deed, maker), because=BECAUSE, now=now, facts=FACTS)


def _maker(device: str) -> Person:
    code = str(Device.objects.select_related("maker").get(code=device).maker.code)
    return Person(f"{code}-admin", code, Role.MANUFACTURER_ADMIN, organisation=code)


def _mover(number: str, verb: str, maker: Person) -> Person:
    """Whoever the table names first for the move."""
    state = Filing.objects.values_list("state", flat=True).get(number=number)
    role = next(str(m.by[0]) for m in moves_from(PROCEDURES["case"], state) if m.verb == verb)
    return STAFF.get(role, maker)


def _recompute(number: str, maker: Person, *, now: datetime) -> None:
    """The maker reckons the first figure of the pack again, if it has one."""
    held = [each for ground in packs(number)[-1].body["grounds"] for each in ground.get("reproduced_by", ())]
    if held:
        figures = msgspec.json.encode(held[0]["given"])
        recompute(number, held[0]["calculation"], figures, by=maker, now=now, because=BECAUSE)


def _document(number: str, home: Home, *, now: datetime) -> None:
    """A paper of the case, and the paper as a ground."""
    by = STAFF["inspector"]
    attach_paper(
        number, Upload("evidence_file", paper("evidence_file"), "trial.pdf"), by=by, now=now, home=home
    )
    add_case_ground(number, "document", "evidence_file/1", by=by, now=now, because=BECAUSE)
