# SPDX-License-Identifier: Apache-2.0
"""`nadzor verify consistency`: a kept receipt or checkpoint against the log as it is now."""

from __future__ import annotations

import json
import shutil
from contextlib import closing

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.actions.create_home import create_home
from nadzor.base.directory import Entry, KeyEntry, issue, seal_directory
from nadzor.journal.opening import open_journal
from nadzor_wire.base64text import b64
from tests.unit.cli.console import ask, refused
from tests.unit.journal.entries import NOW, entry, receipt_of


@pytest.fixture
def kept(tmp_path):
    """A home with three batches, the receipt and the checkpoint of the last, and its journal of before."""
    home = create_home(tmp_path / "data")
    with closing(open_journal(home)) as journal:
        journal.append([entry(stream=bytes([number]) * 16) for number in (1, 2)])
    shutil.copytree(home.journal.parent, tmp_path / "old")
    with closing(open_journal(home)) as journal:
        (stored,) = journal.append([entry(stream=b"3" * 16)])
    (tmp_path / "receipt.json").write_bytes(msgspec.json.encode(receipt_of(stored)))
    (tmp_path / "checkpoint").write_text(stored.checkpoint)
    return home, tmp_path


def test_what_was_kept_agrees_with_an_honest_log(kept):
    """Exit 0 and nothing to say."""
    home, folder = kept
    done = ask(home, "verify", "consistency", folder / "receipt.json", folder / "checkpoint", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, [])


def test_a_log_of_yesterday_is_contradicted(kept):
    """Exit 1; the receipt says which entry is gone."""
    home, folder = kept
    shutil.rmtree(home.journal.parent)
    shutil.copytree(folder / "old", home.journal.parent)
    done = ask(home, "verify", "consistency", folder / "receipt.json", "--json")
    assert done.exit_code == 1
    assert [(fault["what"], fault["at"]) for fault in json.loads(done.stdout)] == [
        ("rolled back", 3),
        ("entry", 2),
    ]


def test_a_file_that_cannot_be_read_or_is_not_signed_is_wrong_use(kept):
    """It proves nothing, so nothing is said about the log."""
    home, folder = kept
    assert refused(ask(home, "verify", "consistency", folder / "nothing")) == "receipt.unreadable"
    assert refused(ask(home, "verify", "consistency", home.config)) == "receipt.not-signed"


def test_verify_journal_knows_the_devices_keys(kept):
    """With the published directory at hand, a signature that is not the device's is found."""
    home, _ = kept
    assert ask(home, "verify", "journal").exit_code == 0
    public = b64(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    owner = Entry("ai-001", "s-0001", keys={"k" * 16: KeyEntry(public, NOW)})
    directory = issue(1, {"i-000000000001": owner}, now=NOW)
    home.directory.write_bytes(seal_directory(directory, home.key("directory")))
    done = ask(home, "verify", "journal", "--json")
    assert done.exit_code == 1
    assert {fault["what"] for fault in json.loads(done.stdout)} == {"signature"}
