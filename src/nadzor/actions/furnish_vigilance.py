# SPDX-License-Identifier: Apache-2.0
"""Furnish a demonstration with adverse events by every way and in every state, made by the real actions.

What was told days ago is told on those days; one death is told now, and its alert waits.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import Count

from nadzor.actions.acknowledge_alert import acknowledge_alert
from nadzor.actions.add_case_ground import add_case_ground
from nadzor.actions.clinic_systems import System, clinic_systems
from nadzor.actions.confirm_warning import confirm_warning
from nadzor.actions.connect_installation import connect_installation
from nadzor.actions.file_document import file_document
from nadzor.actions.file_event import Told, file_event
from nadzor.actions.find_duplicates import find_duplicates
from nadzor.actions.furnish_filings import Cast
from nadzor.actions.import_events import import_events
from nadzor.actions.move_event import Grounds, move_event
from nadzor.actions.print_code import print_code
from nadzor.actions.publish_notice import publish_makers_notice
from nadzor.actions.send_warnings import send_warnings
from nadzor.actions.set_duty import set_duty
from nadzor.actions.take_wire_events import take_wire_events
from nadzor.actions.watch_events import watch_events
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.ids import derived_uuid7
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.queries import Person, person
from nadzor.people.roles import Role
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.procedures.moves import moves_from
from nadzor.register import queries as register
from nadzor.register.models import Device, Filing
from nadzor.simulate.vigilance import Told as Script
from nadzor.simulate.vigilance import events_file, vigilance
from nadzor.vigilance.models import AdverseEvent, Alert, CaseGround, DutyDay, SafetyWarning, WarningCopy
from nadzor.workdays.calendar import ONE_DAY
from nadzor_sdk.direct import StreamState, seal_batch, send_sealed
from nadzor_wire.event import AdverseEvent as WireEvent

OWN: Final = ("own", "second", "third", "fourth")
THEIRS: Final = ("clinic", "other")
STAFF: Final = {role: Person(role, role, Role(role)) for role in ("inspector", "head", "registrar")}
BEFORE: Final = 21  # working days: letters of cases of the demonstration go out before its first event
ROSTER: Final = ("inspector", "inspector", "head", "inspector", "inspector", "head", "head")
KINDS: Final = {"report": "report", "correct": "corrective_action", "issue_notice": "safety_notice",
                "follow_up": "follow_up"}  # fmt: skip
ANSWER: Final = "watching"


def send_wire_event(home: Home, room: Path, *, device: str, gateway: str, now: datetime) -> int:
    """Let an installation of the nation tell of an event through the gateway, once; how many it sent.

    Why: so that an event is seen that came by the SDK, with its receipt.
    """
    done = room / "adverse-event"
    if done.exists() or not (room / "credential.json").exists():
        return 0
    sender = connect_installation(home, room, device=device, clinic_oid=None, now=now, gateway=gateway)
    version, sent, at = _version(device), vigilance().wire, now - timedelta(minutes=5)
    day = moscow_date(at) - ONE_DAY
    told = WireEvent(
        id=derived_uuid7(at, "demonstration", "adverse"), at=at, event_date=day, aware_date=day,
        event_type=sent.type, problem_codes=sent.problems, version=version, narrative=sent.narrative,
    )  # type: ignore[arg-type]  # fmt: skip
    stream = StreamState()
    send_sealed(sender, seal_batch([told], stream), stream)
    stream.close()
    done.touch()
    return 1


def furnish_vigilance(home: Home, *, now: datetime) -> dict[str, int]:
    """Make the events of the demonstration once; returns how many events are in which state.

    Why before the cases: these rest on events, and letters go out in the order of days.
    """
    stage = _stage(home, now)
    if stage is not None and not AdverseEvent.objects.exclude(way="sdk").exists():
        with transaction.atomic():
            stage.play()
        find_duplicates(home, now=now)
    take_wire_events(home, now=now)
    watch_events(home, now=now)
    found = AdverseEvent.objects.values_list("state").annotate(n=Count("pk")).order_by("state")
    return dict(found)


def lead_to_events(home: Home, *, now: datetime) -> int:
    """Rest open cases on events of their devices and send all letters that wait; how many there are."""
    inspector = STAFF["inspector"]
    cases = Filing.objects.filter(procedure="case", state="deviation_confirmed", device__isnull=False)
    known = set(CaseGround.objects.filter(kind="event").values_list("filing", flat=True))
    for row in cases.exclude(number__in=known).select_related("device"):
        event = AdverseEvent.objects.filter(device=row.device.code, state="awaiting_report").first()
        if event is not None:
            because = vigilance().said["because"]
            add_case_ground(row.number, "event", event.number, by=inspector, now=now, because=because)
    send_warnings(home, now=now)
    return int(SafetyWarning.objects.count())


def _stage(home: Home, now: datetime) -> Stage | None:
    """The stage, if the house has a clinic that can speak and a maker with devices."""
    clinic = person(User.objects.filter(role=Role.CLINIC).first())
    try:
        systems = clinic_systems(home, by=clinic, today=moscow_date(now)).systems
    except Refusal:  # no clinic, or one without an OID
        return None
    return Stage(home, now, clinic, systems) if clinic and systems else None


class Stage:
    """Who tells what, and where: the maker's devices, the clinic's installations, the events told so far."""

    def __init__(self, home: Home, now: datetime, clinic: Person, systems: Sequence[System]) -> None:
        self.home, self.now, self.clinic = home, now, clinic
        self.cast = Cast(home, now)
        own = Device.objects.filter(maker__code=self.cast.own, status="registered").order_by("code")
        self.devices = dict(zip(OWN, own.values_list("code", flat=True), strict=False))
        self.places = dict(zip(THEIRS, reversed(systems), strict=False))

    def play(self) -> None:
        """Tell everything, each on its day, in the order of days."""
        self._roster()
        send_warnings(self.home, now=self.cast.at(BEFORE, 0))
        deeds = [
            (step, number) for number, told in enumerate(vigilance().events) for step in self._steps(told)
        ]
        numbers: dict[int, str] = {}
        for (ago, verb), which in sorted(deeds, key=lambda deed: -deed[0][0]):
            told, at = vigilance().events[which], self._at(ago, which)
            if verb == "@tell":
                numbers[which] = self._tell(told, at)
            elif numbers[which]:
                self._step(numbers[which], verb, at)
        self._file()

    def _steps(self, told: Script) -> list[tuple[int, str]]:
        made = ((int(ago), verb) for ago, verb in (step.split() for step in told.steps))
        return [(told.ago, "@tell"), *made]

    def _at(self, ago: int, minutes: int) -> datetime:
        return self.cast.at(ago, minutes) if ago else self.now

    def _tell(self, script: Script, at: datetime) -> str:
        """File one event; its number, or nothing where the house has no such place."""
        device, place = self.devices.get(script.where, ""), self.places.get(script.where)
        if script.where != "unknown" and not (device or place):
            return ""
        installation = place.installation if place else ""
        public = script.by == "public"
        today = self.cast.today if script.ago == 0 else moscow_date(at)
        code = print_code(self.home, installation, by=self.clinic, now=at).code if public else ""
        told = Told(
            device="" if installation else device, device_told=script.told, printed=code,
            installation="" if public else installation,
            version="" if public else _running(place) or _version(device),
            event_on=today - script.event * ONE_DAY,
            aware_on=None if public else today - script.aware * ONE_DAY,
            event_type=script.type, problems=script.problems, effects=script.effects, causes=script.causes,
            narrative=script.narrative,
        )  # fmt: skip
        filed = file_event(
            self.home, told, by=None if public else self._teller(script.by), now=at, form=script.form,
            way={"public": "public", "api": "api"}.get(script.by, "portal"),
        )  # fmt: skip
        if filed.seriousness == "threat":
            send_warnings(self.home, now=at)
        return filed.number

    def _teller(self, by: str) -> Person:
        maker = Person(by, by, Role.MANUFACTURER_ADMIN, organisation=self.cast.own)
        people = {"clinic": self.clinic, "maker": _named(maker, "manufacturer_admin"),
                  "api": _named(maker, "manufacturer_reporter")}  # fmt: skip
        return people.get(by) or STAFF[by]

    def _step(self, number: str, verb: str, at: datetime) -> None:
        row = AdverseEvent.objects.get(number=number)
        if verb.startswith("@"):
            getattr(self, f"_{verb[1:]}")(row, at)
        elif verb in KINDS:
            self._document(row, verb, at)
        else:
            by, added = self._mover(row, verb), self._added(row, verb)
            because = vigilance().said["because"]
            move_event(self.home, number, verb, by=by, grounds=Grounds(because, added), now=at)

    def _document(self, row: AdverseEvent, verb: str, at: datetime) -> None:
        page = vigilance()
        file_document(
            self.home, row.number, KINDS[verb], page.documents[verb], narrative=page.said.get(verb, ""),
            by=self._maker(row.device), now=at,
        )  # fmt: skip

    def _mover(self, row: AdverseEvent, verb: str) -> Person:
        role = next(str(move.by[0]) for move in moves_from(ADVERSE_EVENT, row.state) if move.verb == verb)
        return self.clinic if role == "clinic" else STAFF[role]

    def _maker(self, device: str) -> Person:
        maker = str(Device.objects.select_related("maker").get(code=device).maker.code)
        name = "manufacturer_admin" if maker == self.cast.own else f"{maker}-admin"
        return Person(name, name, Role.MANUFACTURER_ADMIN, organisation=maker)

    def _added(self, row: AdverseEvent, verb: str) -> Mapping[str, str]:
        said = vigilance().said
        earlier = AdverseEvent.objects.filter(device=row.device, pk__lt=row.pk, problems=row.problems)
        leads = earlier.order_by("-pk").first()
        return {"ask": {"question": said["question"]}, "close": {"outcome": said["outcome"]},
                "mark_duplicate": {"leading_event": leads.number if leads else ""}}.get(verb, {})  # fmt: skip

    def _acknowledge(self, row: AdverseEvent, at: datetime) -> None:
        for id in Alert.objects.filter(event=row).values_list("pk", flat=True):
            acknowledge_alert(id, by=STAFF["inspector"], now=at)

    def _confirm_warning(self, row: AdverseEvent, at: datetime) -> None:
        copy = WarningCopy.objects.filter(warning__event=row.number, site=row.site).first()
        if copy is not None:
            confirm_warning(self.home, copy.warning.number, ANSWER, by=self.clinic, now=at)

    def _publish(self, row: AdverseEvent, at: datetime) -> None:
        notice, source = vigilance().notice, row.documents.filter(kind="safety_notice").first()
        if source is not None:
            publish_makers_notice(
                source.pk, title=notice.title, text=notice.text, by=STAFF["inspector"], now=at
            )

    def _roster(self) -> None:
        if User.objects.filter(username__in=set(ROSTER), is_active=True).count() < len(set(ROSTER)):
            return
        for number, name in enumerate(ROSTER):
            day = self.cast.today + number * ONE_DAY
            if not DutyDay.objects.filter(day=day).exists():
                set_duty(day, name, by=STAFF["head"], now=self.now)

    def _file(self) -> None:
        body = events_file(vigilance().file, self.devices, today=self.cast.today)
        with tempfile.TemporaryDirectory() as made:
            path = Path(made) / "letters.csv"
            path.write_bytes(body)
            import_events(self.home, path, by=STAFF["inspector"], now=self.now)


def _named(one: Person, name: str) -> Person:
    return Person(name, name, Role(name), organisation=one.organisation)


def _running(place: System | None) -> str:
    """What is at work there, registered or not: the event tells of that."""
    return place.running.version if place and place.running else ""


def _version(device: str) -> str:
    """The newest registered version; none of no device."""
    if not device:
        return ""
    found = [each.version for each in register.versions(device) if each.registered_on]
    return found[-1] if found else ""
