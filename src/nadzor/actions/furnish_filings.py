# SPDX-License-Identifier: Apache-2.0
"""Furnish a demonstration with affairs in every stage, made by the real actions on days before today."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from django.db import transaction

from nadzor.actions.add_evidence import EvidenceRecord, add_evidence
from nadzor.actions.attach_paper import Upload, attach_paper
from nadzor.actions.delegate import Power, delegate
from nadzor.actions.move_filing import move_filing
from nadzor.actions.open_filing import open_filing
from nadzor.actions.resubmit_filing import resubmit_filing
from nadzor.actions.watch_deadlines import watch_deadlines
from nadzor.base.clock import MOSCOW, moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation, User
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.moves import moves_from
from nadzor.register.models import Device, Filing
from nadzor.simulate.filings import DEMO_FACTS, Script, form_of, paper, picture, scripts
from nadzor.workdays.arithmetic import add_workdays, last_workday
from nadzor.workdays.calendar import ONE_DAY

OWN: Final = "own"
NIK: Final = "nik"
CENTRE: Final = "moscow-centre"
DELEGATION_DAYS: Final = 20
DOUBLE: Final = "@double"


@transaction.atomic
def furnish_filings(home: Home, *, now: datetime) -> int:
    """Make the affairs of the demonstration once; returns how many filings there are.

    Why: one transaction, because a demonstration furnished by half would explain nothing.
    """
    if not Filing.objects.exists():
        furnish_bodies()
        cast = Cast(home, now)
        for script in scripts():
            cast.play(script)
        _delegate(cast)
        watch_deadlines(now=now)
    return int(Filing.objects.count())


def furnish_bodies() -> None:
    """The institutions the law names, and the accounts of the expert and of the Moscow centre in them."""
    from nadzor.law.conflict import bodies

    for body in bodies():
        if body.rule is None:
            known = {"name_ru": body.name.ru[:300], "name_en": body.name.en[:300], "kind": "expert"}
            Organisation.objects.get_or_create(code=body.code, defaults=known)
    for role, code in ((Role.EXPERT, NIK), (Role.MOSCOW_CENTRE, CENTRE)):
        User.objects.filter(username=role.value, role=role.value).update(
            organisation=Organisation.objects.get(code=code)
        )


class Cast:
    """Who plays the demonstration, and the days it is played on."""

    def __init__(self, home: Home, now: datetime) -> None:
        self.home, self.now, self.today = home, now, moscow_date(now)
        own = User.objects.filter(role=Role.MANUFACTURER_ADMIN.value, organisation__country="RU").first()
        first = Organisation.objects.filter(kind="manufacturer", country="RU").order_by("-code")
        self.own = str(own.organisation.code) if own and own.organisation else _first(first)

    def play(self, script: Script) -> str:
        """Open one affair and make its moves, each on its day; its number, or nothing without its maker."""
        maker = self.own if script.maker == OWN else script.maker
        device = self._device(script, maker)
        if not Organisation.objects.filter(code=maker).exists() or (script.device and not device):
            return ""
        number = self._open(script, maker, device)
        for place, step in enumerate(script.steps):
            ago, verb = step.split()
            number = self._step(number, verb, script, self.at(int(ago), place))
        return number

    def _device(self, script: Script, maker: str) -> str:
        rows = Device.objects.filter(maker__code=maker).order_by("code")
        return _first(rows if script.device == OWN else rows.filter(code=script.device))

    def _open(self, script: Script, maker: str, device: str) -> str:
        first = int(script.steps[0].split()[0]) if script.steps else 1
        at = self.at(first, -30)
        opener = self._actor("inspector" if script.procedure == "case" else "maker", maker, script)
        number = open_filing(
            script.procedure,
            by=opener,
            now=at,
            maker=maker,
            device=device or None,
            form=form_of(script, at),
        )
        if script.papers:
            self._papers(number, opener, at)
        return number

    def _papers(self, number: str, by: Person, at: datetime) -> None:
        for kind in ("technical_documentation", "operating_documentation", "risk_file"):
            attach_paper(number, Upload(kind, paper(kind), f"{kind}.pdf"), by=by, now=at, home=self.home)
        shot = Upload("images_interface", picture(), "interface.png")
        attach_paper(number, shot, by=by, now=at, home=self.home)

    def _step(self, number: str, verb: str, script: Script, at: datetime) -> str:
        row = Filing.objects.select_related("maker").get(number=number)
        maker = str(row.maker.code)
        if verb == "@resubmit":
            return resubmit_filing(number, by=self._actor("maker", maker, script), now=at)
        if verb == "@trial":
            self._trial(number, at)
            return number
        wanted = "submit" if verb == DOUBLE else verb
        actor = self._actor(_role(row, wanted), maker, script)
        try:
            move_filing(number, wanted, by=actor, because=DEMO_FACTS["because"], now=at, facts=DEMO_FACTS)
        except Refusal as refusal:
            if verb != DOUBLE or refusal.code != "filing.double":
                raise
        if verb == "submit" and script.evidence:
            self._evidence(number, at)
        return number

    def _evidence(self, number: str, at: datetime) -> None:
        registrar = self._actor("registrar", "", None)
        for kind, body in (("inspection", NIK), ("technical_trial", "accredited-laboratory")):
            record = EvidenceRecord(
                kind=kind, body=body, day=date(moscow_date(at).year, 2, 3), number="17-Д", outcome="positive",
                text="Отчёт (демонстрация)",
            )  # fmt: skip
            add_evidence(number, record, by=registrar, now=at)

    def _trial(self, number: str, at: datetime) -> None:
        centre = Person("moscow_centre", "moscow_centre", Role.MOSCOW_CENTRE, organisation=CENTRE)
        record = EvidenceRecord(
            kind="clinical_trial", body=CENTRE, day=moscow_date(at), number="К-9", outcome="positive"
        )
        add_evidence(number, record, by=centre, now=at)

    def _actor(self, role: str, maker: str, script: Script | None) -> Person:
        if role != "maker":
            organisation = NIK if role == "expert" else None
            return Person(role, role, Role(role), organisation=organisation)
        if script is not None and script.agent:
            agent = Organisation.objects.get(represents__code=maker)
            return Person(
                "representative", "representative", Role.REPRESENTATIVE, str(agent.code), frozenset({maker})
            )
        name = "manufacturer_admin" if maker == self.own else f"{maker}-admin"
        return Person(name, name, Role.MANUFACTURER_ADMIN, organisation=maker)

    def at(self, ago: int, minutes: int) -> datetime:
        """Ten in the morning in Moscow so many working days ago, and some minutes; never after now."""
        day = self.today
        for _ in range(ago):
            day = last_workday(day - ONE_DAY)
        at = datetime(day.year, day.month, day.day, 10, minutes % 60, tzinfo=MOSCOW).astimezone(UTC)
        return min(at, self.now)


def _delegate(cast: Cast) -> None:
    """The head is away some days: the registrar decides amendments of the version number."""
    if not User.objects.filter(username="registrar", role=Role.REGISTRAR.value, is_active=True).exists():
        return
    power = Power(
        to="registrar", order="№ 14-Д (демонстрация)", valid_from=cast.today,
        valid_until=add_workdays(cast.today, DELEGATION_DAYS), procedures=("amendment_plain",),
    )  # fmt: skip
    delegate(power, by=Person("head", "head", Role.HEAD), now=cast.now)


def _role(row: Filing, verb: str) -> str:
    """Who usually makes a move: the first whom the table names."""
    moves = moves_from(PROCEDURES[row.procedure], row.state)
    role = next(str(move.by[0]) for move in moves if move.verb == verb)
    return "maker" if role.startswith("manufacturer") else role


def _first(rows: Any) -> str:
    row = rows.first()
    return str(row.code) if row else ""
