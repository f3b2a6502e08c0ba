# SPDX-License-Identifier: Apache-2.0
"""A key that is rotated while a client runs."""

from __future__ import annotations

import os
from hashlib import sha256

import pytest
from msgspec.structs import replace

from nadzor_sdk.credentials import CredentialFile
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import FormerKey, new_key
from tests.stub_gateway import Fault, eventually, make_credential
from tests.wire_samples import EVENT


def rotated(credential):
    """The same installation with a new key that remembers the old one."""
    private, _, keyid = new_key()
    former = FormerKey(credential.keyid, b64(credential.public()), credential.suite)
    return replace(credential, private=private, keyid=keyid, former=(former, *credential.former))


def put(path, content):
    """Replaces the file as a rotation does."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)


@pytest.fixture
def file(gateway, tmp_path):
    """The credential of the stub's installation."""
    path = tmp_path / "i.json"
    path.write_bytes(gateway.credential.encode())
    return path


def test_a_running_client_takes_up_a_new_key(gateway, connect, file):
    """Held for the old key, the very same sealed bytes go out under the new one, once."""
    old = gateway.credential
    gateway.fault = lambda attempt, header: Fault(status=401, code="key.revoked")
    client = connect(credential=file)
    ids = [client.study(**EVENT) for _ in range(3)]
    assert eventually(lambda: client.health().last_error == "key.revoked")
    (folder,) = client._settings.spool.glob("s-*")
    sealed = (folder / "sealed.batch").read_bytes()
    gateway.credential = rotated(old)
    gateway.fault = lambda attempt, header: None
    assert not client.flush(0.2)
    put(file, gateway.credential.encode())
    assert client.flush(30) and [event["id"] for event in gateway.events()] == ids
    (stored,) = gateway.batches.values()
    assert stored[0] == sha256(sealed.split(b"\n", 3)[3]).digest()


def test_an_answer_lost_under_the_old_key_is_believed_under_the_new(gateway, connect, file):
    """The batch was stored with the old signature; its receipt is ours all the same."""
    gateway.fault = lambda attempt, header: Fault(cut="after")
    client = connect(credential=file)
    client.study(**EVENT)
    assert eventually(gateway.events)
    gateway.credential = rotated(gateway.credential)
    put(file, gateway.credential.encode())
    gateway.fault = lambda attempt, header: None
    assert client.flush(30) and len(gateway.events()) == 1 and client.health().receipted == 1


def test_what_is_not_ours_changes_nothing(gateway, file, caplog):
    """Gone, unreadable, of another installation or another log: the key in hand goes on."""
    held = CredentialFile(file)
    first = held.current()
    assert held.current() is first
    put(file, b"{")
    assert held.current() is first and "cannot be read" in caplog.text
    put(file, replace(rotated(first), installation="i-2").encode())
    assert held.current() is first and "another installation" in caplog.text
    put(file, make_credential(gateway.url, "other+00000000+AAAA").encode())
    assert held.current() is first
    file.unlink()
    assert held.current() is first


def test_a_file_written_again_unchanged_is_the_same_key(gateway, file):
    """A new time of change alone is read once and means nothing."""
    held = CredentialFile(file)
    first = held.current()
    os.utime(file, ns=(1, 1))
    assert held.current() == first
