# SPDX-License-Identifier: Apache-2.0
"""Every door of vigilance, for every role: what one may not see answers like what is not there."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from nadzor.base import clock
from nadzor.people.models import Organisation, User
from nadzor.people.queries import person
from nadzor.people.roles import Role
from nadzor.portal import (
    case_urls,
    code_urls,
    ethics_urls,
    event_urls,
    form_urls,
    guide_urls,
    monitoring_urls,
    warning_urls,
)
from nadzor.records import vault
from nadzor.register.models import Installation
from nadzor.vigilance.events import visible
from nadzor.vigilance.models import AdverseEvent
from tests.town import CLINIC_OID

NEW: Final = (
    event_urls,
    warning_urls,
    monitoring_urls,
    case_urls,
    code_urls,
    ethics_urls,
    form_urls,
    guide_urls,
)
OWN, FOREIGN = "ai-001", "ai-003"
NOWHERE = "AE-2020-999999"
WAYS = {"clinic": "portal", "maker": "portal", "letter": "letter"}
#: Of an event about the maker's device and one about another's: how many a role does not see; 2 for the rest.
HIDDEN = {
    "inspector": 0, "head": 0, "registrar": 0, "auditor": 0, "moscow_centre": 0, "clinic": 0,
    "manufacturer_admin": 1, "manufacturer_reporter": 1, "representative": 2,
}  # fmt: skip
EVERYBODY = (None, *(role.value for role in Role))
TODAY = clock.today().isoformat()
ANSWERS = {
    "wrong": ["missed"], "harm": "later", "event_on": TODAY, "words": "Пропущен узел 9 мм.", "once": "form-1",
}  # fmt: skip
SECRET = "916 123-45-67"
GIVEN: Final = {"id": "999999", "ref": "999999", "kind": "report", "ending": "pdf", "slug": "x"}
OF_EVENT: Final = re.compile(r"^events/<str:(number|event)>/")
TOKEN: Final = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|AE-20\d\d-\d{6}|[0-9a-f]{32}'
)


@pytest.fixture(autouse=True)
def _accounts(house):
    """An account of each role; the representative is of the maker's house and yet authorised by nobody."""
    maker = User.objects.get(username="manufacturer_admin").organisation
    for role in Role:
        user, _ = User.objects.get_or_create(username=role.value, defaults={"role": role.value})
        if role is Role.REPRESENTATIVE:
            user.organisation = maker
            user.save()


@pytest.fixture
def told(client_of, house):
    """An event of the clinic's own on some device, its text held."""

    def make(device=OWN):
        site = vault.pseudonym(CLINIC_OID, home=house)
        at = Installation.objects.filter(site=site, sandbox=False, device__code=device).first()
        if at is None:
            given = {"system": device, "words": f"тел. +7 {SECRET}", "once": f"letter-{device}"}
            answer = client_of("inspector").post("/events/new/", ANSWERS | given)
        else:
            given = {"system": at.pk, "words": f"тел. +7 {SECRET}", "step": "send", "once": f"own-{device}"}
            answer = client_of("clinic").post("/clinic/report/", ANSWERS | given)
        assert answer.status_code == 302, answer.content.decode()
        return AdverseEvent.objects.get(number=re.search(r"AE-\d{4}-\d{6}", answer["Location"])[0])

    return make


def routes() -> Iterator[tuple[str, URLPattern]]:
    """Every new address with its pattern."""
    for module in NEW:
        for each in module.urlpatterns:
            yield str(each.pattern), each


def filled(route: str, number: str = NOWHERE) -> str:
    """An address of a route: this event, this device, and rubbish for the rest."""
    names = {"number": number, "event": number, "code": OWN, "year": "2026", "text": "2026-10",
             "form": "order-1113n-report", "edition": "2021", "annex": "A", "name": "problems",
             "token": "guess", "role": "clinic", "size": "a5", "document": "999999", **GIVEN}  # fmt: skip
    return "/" + re.sub(r"<\w+:(\w+)>", lambda found: names[found[1]], route)


ADDRESSES = sorted({filled(route) for route, _ in routes()})
EVENT_ROUTES = sorted({route for route, _ in routes() if OF_EVENT.match(route)})


@pytest.mark.parametrize("role", EVERYBODY)
def test_no_door_falls_over(client_of, role):
    """Whoever asks for what is not there, by GET or POST, is answered, and never by a fault of ours."""
    client, found = client_of(role), {}
    for address in ADDRESSES:
        for method in (client.get, client.post):
            found[method.__name__, address] = method(address).status_code
    assert {key: status for key, status in found.items() if status >= 500} == {}


@pytest.mark.parametrize("role", EVERYBODY)
def test_what_one_may_not_see_is_as_if_it_were_not(client_of, told, role):
    """Another's event answers word for word like a number nobody has given, at every door of an event."""
    events, client = [told(OWN), told(FOREIGN)], client_of(role)
    who = person(User.objects.get(username=role)) if role else None
    site = events[0].site if role == "clinic" else ""
    hidden = [each.number for each in events if not visible(who, site=site).filter(pk=each.pk).exists()]
    for number in hidden:
        for route in EVENT_ROUTES:
            for method in (client.get, client.post):
                real, unreal = method(filled(route, number)), method(filled(route))
                assert (real.status_code, plain(real.content)) == (
                    unreal.status_code,
                    plain(unreal.content),
                ), route
    assert len(hidden) == HIDDEN.get(role, 2)


@pytest.mark.parametrize("role", EVERYBODY)
def test_an_event_is_read_by_whom_the_permissions_name(client_of, told, role):
    """The card answers those alone whom the permission functions let see it."""
    client = client_of(role)
    who = person(User.objects.get(username=role)) if role else None
    for device in (OWN, FOREIGN):
        event = told(device)
        seen = visible(who).filter(pk=event.pk).exists()
        assert (client.get(f"/events/{event.number}/").status_code == 200) is seen, device


def test_every_post_asks_for_our_token(house):
    """No new door that takes a POST takes one from another site."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(username="head"), backend="django.contrib.auth.backends.ModelBackend")
    statuses = {address: client.post(address).status_code for address in ADDRESSES}
    assert {address: status for address, status in statuses.items() if status not in (403, 405)} == {}


@pytest.mark.parametrize("door", ["clinic", "maker", "letter"])
def test_no_form_takes_more_than_it_asks(client_of, house, told, door):
    """State, seriousness, way, site, number and day of receipt are the house's, whatever a form holds."""
    forged = {
        "state": "closed", "seriousness": "threat", "due": "2030-01-01", "way": "import", "site": "s-evil",
        "number": "AE-1999-000001", "received_on": "1999-01-01", "installation": "i-999999999999",
        "reporter": "evil", "reporter_role": "head", "quality": "1", "leading": "1", "device_told": "evil",
    }  # fmt: skip
    who = {"clinic": "clinic", "maker": "manufacturer_admin", "letter": "inspector"}[door]
    if door == "clinic":
        site = vault.pseudonym(CLINIC_OID, home=house)
        at = Installation.objects.filter(site=site, sandbox=False).first()
        address, system = "/clinic/report/", at.pk
    else:
        address, system = "/events/new/", OWN
    given = ANSWERS | forged | {"system": system, "step": "send"}
    assert client_of(who).post(address, given).status_code == 302
    row = AdverseEvent.objects.get()
    assert row.state == "awaiting_report" and row.seriousness == "other" and row.way == WAYS[door]
    assert row.received_on == clock.today() and row.number.startswith(f"AE-{clock.today().year}")
    kept = str([getattr(row, name) for name in ("site", "installation", "reporter", "device_told")])
    assert "evil" not in kept and "i-999999999999" not in kept


def test_nothing_near_the_clinic_reaches_a_maker_a_rival_or_the_public(client_of, house, told):
    """Site, installation, reporter, organisation and held text: in no page, file or feed about events.

    A device's operation pages show its maker the pseudonyms of the sites it runs at; no event stands there.
    """
    event = told()
    rival = Organisation.objects.get(devices__code=FOREIGN)
    User.objects.create(username="rival", role="manufacturer_admin", organisation=rival)
    planted = [event.site, event.installation, event.reporter, CLINIC_OID, SECRET, SECRET.replace(" ", "")]
    assert all(planted[:3])
    number, found = event.number, []
    sealed = ("event.csv", "event.xlsx", "event.json", "event.fhir", "event.mir", "event.pdf",
              "forms/report/", "forms/report.csv", "forms/report.xlsx", "forms/report.json",
              "send/report/", "send/follow_up/")  # fmt: skip
    pages = [f"/events/{number}/{ending}" for ending in ("", *sealed)]
    pages += [f"/events/export/?as={kind}&state=open" for kind in ("csv", "xlsx", "json", "fhir", "mir")]
    pages += ["/events/", "/warnings/", "/monitoring/", "/notices/", "/notices/feed.atom", "/account/",
              "/calendar/", "/filings/", f"/devices/{OWN}/claims/", "/forms/",
              f"/devices/{OWN}/ethics/", f"/monitoring/{OWN}/2026/"]  # fmt: skip
    for role in ("manufacturer_admin", "manufacturer_reporter", "representative", "rival", None):
        client, opened = client_of(role), 0
        for page in pages:
            answer = client.get(page)
            opened += answer.status_code == 200
            text = whole(b"".join(answer.streaming_content) if answer.streaming else answer.content)
            found += [(role, page, each[:4]) for each in planted if each in text]
        assert opened > (0 if role is None else 5), role
    assert found == []


def plain(content: bytes) -> bytes:
    """A page without what differs from one request to the next."""
    return TOKEN.sub(b"", content)


def whole(content: bytes) -> str:
    """The text of an answer, of a workbook with all its parts."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    return content.decode("utf-8", "replace")


def test_the_doors_are_the_portals_own():
    """The lists above are what the portal serves: no new address escapes these tests."""
    served = {str(each.pattern) for each in get_resolver().url_patterns if isinstance(each, URLPattern)}
    nested = {
        str(inner.pattern)
        for each in get_resolver().url_patterns
        for inner in getattr(each, "url_patterns", [])
    }
    assert {route for route, _ in routes()} <= served | nested
