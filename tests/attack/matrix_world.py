# SPDX-License-Identifier: Apache-2.0
"""Two worlds in one house: everything of maker and clinic A, and the same of B, each marked by its own words.

A role is tried on the things of both, on numbers nobody has given, and on no numbers at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

MARK: Final = {"A": "Метка-альфа-7731", "B": "Метка-бета-4419"}
DEVICE: Final = {"A": "ai-001", "B": "ai-003"}
UNKNOWN: Final = {
    "code": "ai-999", "number": "X-2020-999999", "event": "AE-2020-999999", "id": "999999",
    "document": "999999", "index": "990", "token": "guess", "external_number": "nowhere",
}  # fmt: skip
MALFORMED: Final = {
    "code": "x" * 200, "number": "'%3B--", "event": "%E2%80%AE", "id": "9" * 40, "document": "9" * 40,
    "key": "no.such", "index": "9" * 40, "token": "%00", "external_number": "%2e%2e%2fx",
}  # fmt: skip
#: What stands in an address beside the thing: fixed words.
FIXED: Final = {
    "text": "2026-10", "month": "2026-10", "year": "2026", "kind": "json", "name": "problems",
    "week": "2026-W40",
    "key": "registration.decision", "deed": "invite", "step": "1", "edition": "1",
    "form": "order-1113n-report",
    "ending": "pdf", "annex": "A", "role": "clinic", "size": "a5", "rest": "x", "series": "reports",
    "set": "register",
}  # fmt: skip
PART: Final = re.compile(r"<(?:\w+:)?(\w+)>|\{(?:\w+:)?(\w+)\}")
#: What differs from one answer to the next without saying anything.
NOISE: Final = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|name="once" value="[^"]*"|\d\d:\d\d(:\d\d)?'
)


class Thing(Struct, frozen=True):
    """The identifiers of one world, by the kind of object that an address names."""

    device: str
    event: str
    ids: Mapping[str, str]


def address(route: str, kind: str, thing: Thing | Mapping[str, str]) -> str:
    """The address of a route with the identifiers of a world, or with some that are nobody's."""

    def told(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if isinstance(thing, Thing):
            own = {"code": thing.device, "event": thing.event, "number": thing.ids.get(kind, ""),
                   "id": thing.ids.get(kind, "1"), "document": thing.ids.get("document", "1"),
                   "index": thing.ids.get("batch", "0")}  # fmt: skip
            if name == "number" and kind == "device":
                return "1"
            if name == "id" and kind in ("event", "filing"):
                return thing.ids.get(f"{kind}-id", "1")
            if name == "code" and kind in ("code", "printed"):
                return thing.ids["code"]
            return own.get(name) or FIXED.get(name, "x")
        return thing.get(name) or FIXED.get(name, "x")

    return "/" + PART.sub(told, route).lstrip("/")


def quiet(content: bytes, url: str, *worlds: Thing | Mapping[str, str]) -> bytes:
    """An answer without its own address and identifiers, tokens and times of day."""
    content = content.replace(url.encode(), b"#").replace(quote(url, safe="").encode(), b"#")
    for world in worlds:
        known = (
            {world.device, world.event, *world.ids.values()} if isinstance(world, Thing) else world.values()
        )
        for each in sorted({str(one) for one in known}, key=len, reverse=True):
            content = re.sub(rb"(?<![\w.-])" + re.escape(each).encode() + rb"(?![\w.-])", b"#", content)
    return NOISE.sub(b"", content)


def people(home: Any) -> dict[str, Any]:
    """Every role's account, and a rival of whoever speaks for one house; by its name in the matrix."""
    from nadzor.people.models import Organisation, User
    from nadzor.people.roles import Role
    from nadzor.register.models import Device

    makers = {name: Device.objects.get(code=code).maker for name, code in DEVICE.items()}
    made = {
        role.value: User.objects.get_or_create(username=role.value, defaults={"role": role.value})[0]
        for role in Role
    }
    agents = {}
    for name, maker in makers.items():
        agents[name] = _house(f"agent-{name.lower()}", "representative")
        Organisation.objects.filter(pk=maker.pk).update(represented_by=agents[name])
    experts = {name: _house(f"expert-{name.lower()}", "expert") for name in DEVICE}
    rival_clinic = _house("clinic-b", "clinic", oid="1.2.643.5.1.13.13.12.2.77.995555")
    homes = {"manufacturer_admin": makers["A"], "manufacturer_reporter": makers["A"],
             "representative": agents["A"], "expert": experts["A"]}  # fmt: skip
    for role, house in homes.items():
        User.objects.filter(pk=made[role].pk).update(organisation=house)
    rivals = {"manufacturer_admin": makers["B"], "manufacturer_reporter": makers["B"],
              "representative": agents["B"], "expert": experts["B"], "clinic": rival_clinic}  # fmt: skip
    for role, house in rivals.items():
        made[f"rival {role}"] = User.objects.create(username=f"rival-{role}", role=role, organisation=house)
    return {name: User.objects.get(pk=user.pk) for name, user in made.items()}


def _house(code: str, kind: str, **more: str) -> Any:
    from nadzor.people.models import Organisation

    return Organisation.objects.create(code=code, name_ru=code, name_en=code, kind=kind, **more)


def furnish(home: Any, accounts: Mapping[str, Any]) -> dict[str, Thing]:
    """The things of both worlds."""
    return {
        name: _things(home, name, accounts["clinic" if name == "A" else "rival clinic"], accounts)
        for name in DEVICE
    }


def _things(home: Any, name: str, clinic: Any, accounts: Mapping[str, Any]) -> Thing:
    from nadzor.actions.event_told import Told
    from nadzor.actions.file_event import file_event
    from nadzor.actions.print_code import print_code
    from nadzor.actions.send_warnings import send_warnings
    from nadzor.base import clock
    from nadzor.people.queries import person
    from nadzor.records import vault
    from nadzor.register.models import Device, Installation
    from nadzor.vigilance.models import Alert, EventDocument, SafetyWarning

    now, device = clock.now(), DEVICE[name]
    oid = clinic.organisation.oid
    at = f"i-{'1' if name == 'A' else '2'}" + "7" * 11
    Installation.objects.create(
        id=at, device=Device.objects.get(code=device), site=vault.pseudonym(oid, home=home), created=now
    )
    told = Told(device=device, installation=at, event_on=clock.today(), aware_on=clock.today(),
                event_type="death", narrative=f"Пациент Иванов Пётр {MARK[name]}")  # fmt: skip
    number = file_event(home, told, by=person(clinic), now=now).number
    send_warnings(home, now=now)
    document = EventDocument.objects.filter(event__number=number).order_by("pk").first()
    assert document is not None
    warning = SafetyWarning.objects.filter(event=number).first()
    ids = {
        "event": number, "event-id": str(document.pk),
        "narrative": str(document.pk), "document": str(document.pk),
        "warning": warning.number if warning else "", "installation": at,
        "alert": str(Alert.objects.filter(event__number=number).values_list("pk", flat=True).first() or 1),
        "code": print_code(home, at, by=person(clinic), now=now).code,
        "filing": _filing(name, accounts), "signal": _signal(name), "dispute": _dispute(name),
        "batch": _batch(home, device), "opinion": _opinion(name, accounts),
    }  # fmt: skip
    return Thing(device, number, ids)


def _filing(name: str, accounts: Mapping[str, Any]) -> str:
    from nadzor.base import clock
    from nadzor.people.models import Organisation
    from nadzor.register.models import Device, Filing, FilingStep

    device = Device.objects.get(code=DEVICE[name])
    now = clock.now()
    row = Filing.objects.create(
        number=f"2026-8{'1' if name == 'A' else '2'}0001", procedure="registration_simplified",
        state="expertise", title_ru=MARK[name], title_en=MARK[name], device=None, maker=device.maker,
        applicant=device.maker, expert=Organisation.objects.get(code=f"expert-{name.lower()}"), form={},
        filed_on=clock.today(), opened_by="x", opened_at=now, changed_at=now,
    )  # fmt: skip
    FilingStep.objects.create(
        filing=row, at=now, on=clock.today(), verb="submit", start="draft", to="expertise", by="x",
        role="manufacturer_admin", because=MARK[name],
    )  # fmt: skip
    return str(row.number)


def _signal(name: str) -> str:
    from nadzor.base import clock
    from nadzor.vigilance.models import SignalMove
    from tests.unit.vigilance.signals import file_signal

    row = file_signal(device=DEVICE[name])
    SignalMove.objects.create(
        signal=row, at=clock.now(), verb="take", start="raised", to="under_review", by="x", role="inspector",
        because=MARK[name],
    )  # fmt: skip
    return str(row.pk)


def _dispute(name: str) -> str:
    from nadzor.base import clock
    from nadzor.vigilance.models import Dispute

    row = Dispute.objects.create(
        device=DEVICE[name], month="2026-09", opened_at=clock.now(), opened_by="x", state="settled",
        outcome=f"ours\n{MARK[name]}", settled_by="x", settled_at=clock.now(), body={}, digest="d" * 64,
    )  # fmt: skip
    return str(row.pk)


def _opinion(name: str, accounts: Mapping[str, Any]) -> str:
    from nadzor.actions.record_opinion import record_opinion
    from nadzor.base import clock
    from nadzor.people.queries import person
    from tests.unit.actions.test_record_opinion import ELSEWHERE

    who = accounts["manufacturer_admin" if name == "A" else "rival manufacturer_admin"]
    return record_opinion(ELSEWHERE, product=MARK[name], by=person(who), now=clock.now())


def _batch(home: Any, device: str) -> str:
    from contextlib import closing

    from nadzor.journal.opening import open_reader

    with closing(open_reader(home)) as reader:
        return next(str(index) for index in range(reader.size()) if reader.batch(index).device == device)


def world_of(home: Any) -> tuple[dict[str, Any], dict[str, Thing]]:
    """Accounts and things."""
    accounts = people(home)
    return accounts, furnish(home, accounts)


__all__ = ["MALFORMED", "MARK", "UNKNOWN", "Thing", "address", "quiet", "world_of"]
