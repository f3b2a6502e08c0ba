# SPDX-License-Identifier: Apache-2.0
"""Rotation at the device: the key is made there, and the file changes once, when the answer is sure."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from msgspec import structs

from nadzor_sdk import rotate as rotation
from nadzor_sdk.__main__ import main
from nadzor_sdk.durable import write_atomic
from nadzor_sdk.portal import PortalError
from nadzor_sdk.rotate import FORMER_MAX, RotationError, rotate
from nadzor_wire import suites
from nadzor_wire.base64text import unb64
from nadzor_wire.enrolment import parse_credential
from nadzor_wire.rotation import PATH, proved_by_new, signed_by_present
from nadzor_wire.suites import DEFAULT, suite
from tests.second_suite import ED448, NAME
from tests.stub_gateway import StubLog, make_credential

LOG = StubLog()
PORTAL = "https://portal.example"
UNTIL = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


class Portal:
    """A portal in memory that checks what it is asked, and may lose its answer or refuse."""

    def __init__(self, credential):
        self.credential, self.asked, self.faults, self.change = credential, [], [], {}

    def __call__(self, portal, path, ask):
        assert (portal, path) == (PORTAL, PATH)
        self.asked.append(ask)
        used, public = self.credential.suite, self.credential.public()
        assert signed_by_present(ask, portal=PORTAL, public=public, suite_name=used)
        assert proved_by_new(ask, portal=PORTAL)
        if self.faults:
            raise self.faults.pop(0)
        told = {
            "installation": ask.installation,
            "device": self.credential.device,
            "keyid": suite(ask.suite).keyid_of(unb64(ask.public_key)),
            "suite": ask.suite,
            "gateway": "https://elsewhere.example",
            "log_vkey": self.credential.log_vkey,
            "directory_serial": 9,
            "enrolled_at": "2026-11-21T09:00:00Z",
            "former": ask.keyid,
            "former_until": UNTIL.isoformat(),
        }
        return told | self.change


@pytest.fixture
def file(tmp_path):
    """A credential file."""
    made = structs.replace(make_credential("https://intake.example", LOG.vkey), portal=PORTAL)
    path = tmp_path / "installation.json"
    write_atomic(path, made.encode())
    return path


@pytest.fixture
def portal(file, monkeypatch):
    """The portal that knows this credential."""
    made = Portal(parse_credential(file.read_bytes()))
    monkeypatch.setattr(rotation, "ask_portal", made)
    monkeypatch.setitem(suites.SUITES, NAME, ED448)
    return made


@pytest.mark.parametrize("name", [None, NAME])
def test_the_file_changes_in_one_step(portal, file, name):
    """New key, new suite if asked; everything else as pinned; the former file and public key are kept."""
    before, text = parse_credential(file.read_bytes()), file.read_bytes()
    done = rotate(file, suite=name)
    after = parse_credential(file.read_bytes())
    assert after == done.credential and after.suite == (name or DEFAULT)
    assert (after.gateway, after.log_vkey, after.portal) == (before.gateway, before.log_vkey, PORTAL)
    assert [key.keyid for key in after.former] == [before.keyid] == [done.former]
    assert done.former_until == UNTIL and file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name, file.name + ".former"]
    assert file.with_name(file.name + ".former").read_bytes() == text


@pytest.mark.parametrize("fault", [PortalError("no answer"), KeyboardInterrupt()], ids=["lost", "killed"])
def test_a_lost_answer_is_asked_for_again_with_the_same_key(portal, file, fault):
    """The new key is on disk before it is asked for; until the answer is here the file is the old one."""
    text = file.read_bytes()
    portal.faults = [fault]
    with pytest.raises((RotationError, KeyboardInterrupt)):
        rotate(file)
    assert file.read_bytes() == text
    assert file.with_name(file.name + ".next").stat().st_mode & 0o777 == 0o600
    rotate(file)
    assert portal.asked[0].public_key == portal.asked[1].public_key


def test_an_end_between_the_file_and_its_tidying_does_no_harm(portal, file):
    """The key that waits is the present one already: the next rotation makes another."""
    waiting = file.with_name(file.name + ".next")
    portal.faults = [PortalError("no answer")]
    with pytest.raises(RotationError):
        rotate(file)
    kept = waiting.read_bytes()
    portal.credential = rotate(file).credential
    waiting.write_bytes(kept)
    assert rotate(file).former == portal.credential.keyid


def test_the_portals_time_is_used_when_ours_is_off(portal, file):
    """Once: a second refusal for time is told."""
    off = PortalError("401", problem={"code": "rotate.time", "server_time": "2026-11-21T09:00:00.000Z"})
    portal.faults = [off]
    rotate(file)
    assert portal.asked[1].created == 1_795_251_600
    portal.credential = parse_credential(file.read_bytes())
    portal.faults = [off, off]
    with pytest.raises(RotationError):
        rotate(file)


@pytest.mark.parametrize("told", [None, 5, "yesterday", "2026-11-21T09:00:00"])
def test_a_time_that_is_none_is_not_used(portal, file, told):
    """The refusal is told as it is."""
    portal.faults = [PortalError("401", problem={"code": "rotate.time", "server_time": told})]
    with pytest.raises(RotationError, match="401"):
        rotate(file)
    assert len(portal.asked) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"installation": "i-2"},
        {"log_vkey": "x"},
        {"keyid": "0" * 16},
        {"former": "0" * 16},
        {"former_until": 5},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_answer_about_anything_else_is_refused(portal, file, change):
    """The log's key stays pinned, whoever answers."""
    text = file.read_bytes()
    portal.change = change
    with pytest.raises(RotationError):
        rotate(file)
    assert file.read_bytes() == text


def test_only_so_many_former_keys_are_kept(portal, file):
    """Newest first."""
    names = []
    for _ in range(FORMER_MAX + 2):
        names.insert(0, portal.credential.keyid)
        portal.credential = rotate(file).credential
    assert [key.keyid for key in portal.credential.former] == names[:FORMER_MAX]


def test_a_waiting_key_of_another_suite_or_none_is_said(portal, file):
    """Nothing is thrown away by guess."""
    portal.faults = [PortalError("no answer")]
    with pytest.raises(RotationError):
        rotate(file)
    with pytest.raises(RotationError, match="finish with it first"):
        rotate(file, suite=NAME)
    file.with_name(file.name + ".next").write_bytes(b"{}")
    with pytest.raises(RotationError, match="holds no key"):
        rotate(file)
    file.with_name(file.name + ".next").unlink()
    with pytest.raises(RotationError, match="offered"):
        rotate(file, suite="gost2012-256+streebog256")


def test_the_command_says_what_it_did(portal, file, capsys):
    """Exit code 0 and both keys; 1 when refused; 2 for a file that is none."""
    assert main(["rotate", "--credential", str(file)]) == 0
    assert f"{portal.credential.keyid} counts until 2026-11-28T09:00" in capsys.readouterr().out
    portal.credential = parse_credential(file.read_bytes())
    portal.faults = [PortalError("409 rotate.overlap: two keys")]
    assert main(["rotate", "--credential", str(file)]) == 1
    assert "rotate.overlap" in capsys.readouterr().err
    assert main(["rotate", "--credential", str(file.parent / "absent")]) == 2
    file.write_text("{}")
    assert main(["rotate", "--credential", str(file)]) == 2


def test_a_credential_of_an_earlier_release_is_told_the_portal(portal, file):
    """It does not know the address; named once, it is kept."""
    told = json.loads(file.read_bytes())
    del told["portal"]
    file.write_text(json.dumps(told))
    with pytest.raises(RotationError, match="--url"):
        rotate(file)
    assert rotate(file, portal=PORTAL + "/").credential.portal == PORTAL
