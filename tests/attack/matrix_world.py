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

from nadzor.base import clock
from nadzor.base.interval import Month
from tests.attack import matrix_planted as planted

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
TODAY: Final = clock.today()
MONTH: Final = str(Month.of(TODAY).previous())
#: What stands in an address beside the thing: fixed words.
FIXED: Final = {
    "text": MONTH, "month": MONTH, "period": MONTH, "year": str(TODAY.year),
    "kind": "json", "name": "problems",
    "week": "2026-W40",
    "key": "registration.decision", "deed": "invite", "step": "1", "edition": "1",
    "form": "order-1113n-report",
    "ending": "pdf", "annex": "A", "role": "clinic", "size": "a5", "rest": "x", "series": "reports",
    "set": "register", "ref": "1",
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
    known: Mapping[str, str]


#: What some addresses say beside the thing, where the word of the others does not fit.
WORDS_OF: Final[Mapping[str, Mapping[str, str]]] = {
    "event-form": {"kind": "order-1113n-report"}, "event-form-file": {"kind": "order-1113n-report"},
    "event-document": {"kind": "report"}, "filing-form": {"step": "product"},
    "filing-paper": {"kind": "evidence_file"}, "connect-move": {"deed": "invite"},
    "api:read_paper": {"kind": "evidence_file"}, "detector": {"name": "silence"},
    "api:read_paper_edition": {"kind": "evidence_file"},
    "transmission-move": {"deed": "revoke"}, "open-set": {"name": "register"},
}  # fmt: skip
#: Addresses of filings that only a case has.
OF_CASE: Final = frozenset(
    {"case-ground", "case-recompute", "case-pack", "case-pack-json", "case-pack-pdf", "case-bundle",
     "case-pack-inputs",
     "filing-letter", "filing-letter-pdf", "filing-paper", "api:read_paper", "api:read_paper_edition",
     "api:list_case_grounds", "api:add_case_ground", "api:list_case_packs", "api:read_case_pack",
     "api:read_case_bundle", "api:list_recomputations", "api:recompute"}
)  # fmt: skip
#: Questions of what was known, and on which day.
ASKED: Final = f"?on={TODAY}"


def place(name: str, route: str, kind: str, thing: Thing | Mapping[str, str]) -> str:
    """The address by its name in the table; cases are filings of their own."""
    fixed = WORDS_OF.get(name, {})
    for part, word in fixed.items():
        route = re.sub(rf"<(?:\w+:)?{part}>|\{{{part}\}}", word, route)
    found = address(route, "case" if name in OF_CASE else kind, thing)
    return found + (ASKED if name.startswith("api:known_") else "")


def address(route: str, kind: str, thing: Thing | Mapping[str, str]) -> str:
    """The address of a route with the identifiers of a world, or with some that are nobody's."""

    def told(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if isinstance(thing, Thing):
            own = {"code": thing.device, "event": thing.event, "number": thing.ids.get(kind, ""),
                   "id": thing.ids.get(kind, "1"), "document": thing.ids.get("document", "1"),
                   "index": thing.ids["batch"] if kind == "batch" else "0"}  # fmt: skip
            if name == "number" and kind == "device":
                return "1"
            if name == "id" and kind in ("event", "filing", "case"):
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
    """The things of both worlds, and what the house has once."""
    from nadzor.people.queries import person

    def who(name: str) -> Any:
        return person(accounts[name])

    once = planted.authority(who, clock.now())
    first = {
        name: _things(home, name, accounts["clinic" if name == "A" else "rival clinic"]) for name in DEVICE
    }
    return {
        name: _affairs(
            home, name, thing, once | {"other-event": first["B" if name == "A" else "A"].event}, who
        )
        for name, thing in first.items()
    }


def _affairs(home: Any, name: str, thing: Thing, once: Mapping[str, str], who: Any) -> Thing:
    """A thing with all that the desk and its own people have going on about it."""
    now, rival = clock.now(), "" if name == "A" else "rival "
    maker = who(f"{rival}manufacturer_admin")
    known = {**thing.known, "maker": maker.organisation, "other-event": once["other-event"]}
    ids = {**thing.ids, **once, **planted.affairs(home, who, known, now)}
    ids["case"] = planted.case(home, who, known, now)
    ids["case-id"] = planted.pack(ids["case"])
    ids["dispute"] = planted.dispute(home, maker, known, now)
    ids |= planted.own(home, who(f"{rival}clinic"), maker, known, now)
    return Thing(thing.device, thing.event, ids, known)


def _things(home: Any, name: str, clinic: Any) -> Thing:
    from nadzor.actions.event_told import Told
    from nadzor.actions.file_event import file_event
    from nadzor.actions.print_code import print_code
    from nadzor.actions.send_warnings import send_warnings
    from nadzor.people.queries import person
    from nadzor.records import vault
    from nadzor.register.models import Device, Installation
    from nadzor.vigilance.models import Alert, EventDocument, SafetyWarning

    now, device = clock.now(), DEVICE[name]
    batch, spent = _batch(home, device)
    oid = clinic.organisation.oid
    site = vault.seal(vault.Clinic(oid), home=home, now=now)
    at = f"i-{'1' if name == 'A' else '2'}" + "7" * 11
    Installation.objects.create(id=at, device=Device.objects.get(code=device), site=site, created=now)
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
        "filing": _filing(name), "signal": _signal(name), "opinion": _opinion(name),
        "batch": batch,
    }  # fmt: skip
    known = planted.words_of(device, {**ids, **spent, "oid": oid, "site": site}, now)
    return Thing(device, number, ids, known)


def _filing(name: str) -> str:
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
    from nadzor.vigilance.models import SignalMove
    from tests.unit.vigilance.signals import file_signal

    row = file_signal(device=DEVICE[name])
    SignalMove.objects.create(
        signal=row, at=clock.now(), verb="take", start="raised", to="under_review", by="x", role="inspector",
        because=MARK[name],
    )  # fmt: skip
    return str(row.pk)


def _opinion(name: str) -> str:
    from nadzor.actions.record_opinion import record_opinion
    from nadzor.people.models import User
    from nadzor.people.queries import person
    from tests.unit.actions.test_record_opinion import ELSEWHERE

    who = User.objects.get(username="manufacturer_admin" if name == "A" else "rival-manufacturer_admin")
    return record_opinion(ELSEWHERE, product=MARK[name], by=person(who), now=clock.now())


def _batch(home: Any, device: str) -> tuple[str, dict[str, str]]:
    """A batch of a device, and on which shelf it lies."""
    from contextlib import closing

    from nadzor.journal.opening import open_reader

    with closing(open_reader(home)) as reader:
        found = next(one for one in map(reader.batch, range(reader.size())) if one.device == device)
        return str(found.index), {"spent": found.installation, "spent-month": found.month}


def world_of(home: Any) -> tuple[dict[str, Any], dict[str, Thing]]:
    """Accounts and things."""
    accounts = people(home)
    return accounts, furnish(home, accounts)


__all__ = ["MALFORMED", "MARK", "UNKNOWN", "Thing", "place", "quiet", "world_of"]
