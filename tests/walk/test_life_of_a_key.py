# SPDX-License-Identifier: Apache-2.0
"""A key from its enrolment to its end, with the real SDK, API and gateway: in the first suite and another."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from msgspec import json as codec

from nadzor.actions.import_register import import_register
from nadzor.actions.issue_token import issue_token
from nadzor.base import clock
from nadzor.base.directory import open_directory
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from nadzor.people.queries import CONSOLE
from nadzor_sdk import Client, enrol, rotate
from nadzor_sdk.exchange import Exchange
from nadzor_sdk.line import BROKEN
from nadzor_sdk.portal import PortalError
from nadzor_wire import suites
from nadzor_wire.base64text import unb64
from nadzor_wire.enrolment import parse_credential
from nadzor_wire.receipt import verify_receipt
from nadzor_wire.suites import DEFAULT, suite
from tests.register_samples import CLINIC_OID, device, register
from tests.second_suite import ED448, NAME
from tests.stub_gateway import eventually
from tests.unit.actions.gate import gate
from tests.wire_samples import EVENT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(client, monkeypatch):
    """What the SDK asks the portal goes through the real API; `lost` answers are thrown away."""
    lost = []

    def ask(portal, path, content):
        answer = client.post(path, codec.encode(content), content_type="application/json")
        if lost:
            raise lost.pop()
        if answer.status_code != 200:
            raise PortalError(str(answer.status_code), problem=answer.json())
        return answer.json()

    monkeypatch.setattr("nadzor_sdk.enrol.ask_portal", ask)
    monkeypatch.setattr("nadzor_sdk.rotate.ask_portal", ask)
    monkeypatch.setitem(suites.SUITES, NAME, ED448)
    return lost


def enrolled(home, file, name):
    """A credential file of this suite, by a token of the house."""
    import_register(register(device()), by=CONSOLE, now=clock.now())
    token = issue_token(home, device="ai-901", clinic_oid=CLINIC_OID, by=CONSOLE, now=clock.now())
    return enrol.enrol(home.settings.portal_url, token, file, suite_name=name)


def at_address(file, address):
    """The credential, reporting to where the gateway is open today."""
    told = json.loads(file.read_bytes()) | {"gateway": address}
    file.write_text(json.dumps(told))
    return file


@pytest.fixture
def deaf(monkeypatch):
    """While something is in it, whatever the gateway answers is lost on its way."""
    post, held = Exchange.post, []
    monkeypatch.setattr(
        Exchange,
        "post",
        lambda exchange, sent: (post(exchange, sent), BROKEN)[1] if held else post(exchange, sent),
    )
    return held


def report(client, count):
    """Some studies."""
    return [client.study(**EVENT) for _ in range(count)]


def stored(home):
    """Ids of the events in the journal, as often as they are there."""
    with closing(open_reader(home)) as reader:
        return sorted(
            json.loads(line)["id"] for record in reader.batches() for line in record.body().splitlines()
        )


@pytest.mark.parametrize("names", [(DEFAULT, DEFAULT), (NAME, DEFAULT), (DEFAULT, NAME)], ids=" to ".join)
def test_a_key_is_enrolled_used_rotated_and_followed(home, tmp_path, api, deaf, names):
    """Whatever the suites, a running client loses and doubles nothing; leaves and journal hold offline."""
    old, new = names
    file = tmp_path / "room" / "installation.json"
    file.parent.mkdir()
    first = enrolled(home, file, old)
    with gate(home) as address:
        at_address(file, address)
        with closing(Client(file, spool=tmp_path / "spool", heartbeat_every_s=None)) as client:
            ids = report(client, 3)
            assert client.flush(60), client.health()
            deaf.append("everything")  # stored under the old key, and the sender does not know it
            ids += report(client, 3)
            assert eventually(lambda: stored(home) == sorted(ids), within_s=60)
            api.append(PortalError("the answer was lost"))
            with pytest.raises(rotate.RotationError):
                rotate.rotate(file, suite=new)
            done = rotate.rotate(file, suite=new)
            deaf.clear()
            ids += report(client, 3)
            assert client.flush(60), client.health()
    assert stored(home) == sorted(ids)
    second = parse_credential(file.read_bytes())
    assert (second.suite, second.former[0].keyid, done.former) == (new, first.keyid, first.keyid)
    proved(home, {first.keyid: first, second.keyid: second})


def proved(home, credentials):
    """Every leaf is by a key of the installation, in its suite; receipts and the whole journal hold."""
    directory = open_directory(home.directory.read_bytes(), home.settings.directory_key)
    keys = {name: key for entry in directory.installations.values() for name, key in entry.keys.items()}
    with closing(open_reader(home)) as reader:
        receipts = [reader.receipt(index) for index in range(reader.size())]
    assert {receipt.leaf["keyid"] for receipt in receipts} == set(credentials)
    for receipt in receipts:
        verify_receipt(receipt, home.log_vkey)
        made = credentials[receipt.leaf["keyid"]]
        base, signature = unb64(receipt.leaf["base"]), unb64(receipt.leaf["signature"])
        assert suite(made.suite).verify(made.public(), signature, base)
        assert f'"content-digest": {suite(made.suite).digest}='.encode() in base
        assert keys[made.keyid].suite == made.suite
    assert verify_journal(home.log, home.log_vkey, body_keys=BodyKeys(home.body_keys), publics=keys) == []
