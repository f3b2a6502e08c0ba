# SPDX-License-Identifier: Apache-2.0
"""A mock portal of the state, over HTTP: it hands in a filing, and asks how it stands."""

from __future__ import annotations

import http.client
from urllib.parse import quote, urlsplit

import msgspec
import pytest

from nadzor.actions.import_register import import_register
from nadzor.actions.return_status import Status
from nadzor.actions.seams.request import Asked, sign_request
from nadzor.actions.seams.seam_keys import add_seam, revoke_seam
from nadzor.actions.seams.signers import signer_of, stamper
from nadzor.base import clock
from nadzor.people.queries import CONSOLE
from nadzor.register.models import Filing
from nadzor_wire.base64text import b64, unb64
from tests.register_samples import device, register
from tests.seam_samples import KEY, OTHER_KEY, PUBLIC, envelope, statement

FILINGS = "/api/v1/seams/filings"


class MockPortal:
    """A programme of the state: it knows the house's address and has a key of its own."""

    def __init__(self, address: str, key=KEY) -> None:
        self.address, self.key = address, key

    def ask(self, method: str, path: str, body: bytes = b"", *, signed: bool = True):
        """One request and its answer: status and JSON."""
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if signed:
            asked = Asked(method, self.address + path, headers, body)
            headers = sign_request(self.key, asked, created=int(clock.now().timestamp()))
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=20)
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        told = msgspec.json.decode(answer.read())
        connection.close()
        return answer.status, told


@pytest.fixture
def house(transactional_db, live_server, home, settings):
    """The house served on a loopback port, with a device and one seam."""
    settings.HOME = home.at_address(portal_url=live_server.url, public_url=home.settings.public_url)
    import_register(register(device()), by=CONSOLE, now=clock.now())
    add_seam("portal", PUBLIC, by=CONSOLE, now=clock.now())
    return settings.HOME


def test_a_filing_goes_in_and_its_status_comes_back(house):
    """Import, the same again, status; the seal and the stamp are checked as the portal would."""
    portal = MockPortal(house.settings.portal_url)
    body = envelope(statement())
    code, first = portal.ask("POST", FILINGS, body)
    assert (code, first["state"], first["repeated"]) == (200, "checking", False)
    assert portal.ask("POST", FILINGS, body)[1]["repeated"] is True
    code, sealed = portal.ask("GET", f"{FILINGS}/{quote('EPGU-630782-0001')}")
    content = unb64(sealed["status"])
    told = msgspec.json.decode(content, type=Status)
    assert (code, told.number, told.state, sealed["qualified"]) == (200, first["number"], "checking", False)
    signature = msgspec.convert(sealed["signature"], type=type(signer_of(house, "ed25519").sign(b"")))
    assert signer_of(house, "ed25519").verify(content, signature, at=clock.now()).suite == "ed25519"
    assert stamper(house).check(sealed["stamp"], _sha256(content)).at <= clock.now()


def test_what_is_refused_is_a_problem_document(house):
    """With its code, its place and what to do."""
    portal = MockPortal(house.settings.portal_url)
    code, told = portal.ask("POST", FILINGS, envelope(statement(applicant={"inn": "7736050003"})))
    assert (code, told["code"], told["at"]) == (422, "seam.applicant-unknown", "$.statement.applicant.inn")
    assert "nadzor register import" in told["do"]
    assert portal.ask("GET", f"{FILINGS}/EPGU-1")[0] == 404
    assert not Filing.objects.exists()


def test_who_does_not_prove_itself_is_not_heard(house):
    """No signature, another key, a key revoked: 401, and nothing is told about keys."""
    address = house.settings.portal_url
    body = envelope(statement())
    assert MockPortal(address).ask("POST", FILINGS, body, signed=False)[0] == 401
    assert MockPortal(address, OTHER_KEY).ask("POST", FILINGS, body)[0] == 401
    revoke_seam("portal", by=CONSOLE, now=clock.now())
    code, told = MockPortal(address).ask("POST", FILINGS, body)
    assert (code, told["code"]) == (401, "seam.signature")
    assert not Filing.objects.exists()


def test_one_seam_does_not_see_anothers_filing(house):
    """Least power: a system asks about what it brought, and about nothing else."""
    add_seam("other", b64(OTHER_KEY.public_key().public_bytes_raw()), by=CONSOLE, now=clock.now())
    address = house.settings.portal_url
    MockPortal(address).ask("POST", FILINGS, envelope(statement()))
    assert MockPortal(address, OTHER_KEY).ask("GET", f"{FILINGS}/EPGU-630782-0001")[0] == 404


def _sha256(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()
