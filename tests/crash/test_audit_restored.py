# SPDX-License-Identifier: Apache-2.0
"""A house put back: another key for deeds and readings, and all that was sealed stays checkable."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.actions.copies import new_logs, open_again
from nadzor.actions.copies.check import read_only
from nadzor.actions.copies.open_again import open_restored
from nadzor.actions.copies.put_back import restore_backup
from nadzor.actions.copies.sealed_keys import gather_keys
from nadzor.actions.copies.shelf import backup_at
from nadzor.actions.copies.take import take_backup
from nadzor.actions.seal_audit import audit_log
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.receipts.checkpoint import sign_checkpoint
from nadzor.receipts.tree import Frontier
from nadzor_wire.base64text import unb64
from nadzor_wire.note import parse_vkey
from tests.crash.test_audit_kill import Killed, run
from tests.register_samples import NOW

STEPS = (
    (new_logs, "write_new"),  # before the secret of the salts is kept
    (new_logs, "new_key"),
    (new_logs, "forget_notes"),
    (new_logs, "last_sealed"),
    (open_again, "_settle_register"),
    (open_again, "write_atomic"),
)


class Sealed(NamedTuple):
    """A house whose deeds and readings were sealed, put back from its backup and still closed."""

    former: str
    seed: bytes
    size: int
    to: Path


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """The house, its last checkpoint kept outside."""
    folder = tmp_path_factory.mktemp("audit")
    told, _ = run("some", folder / "house").communicate(timeout=60)
    assert "sealed" in told
    home = Home.open(folder / "house")
    log = audit_log(home)
    (folder / "kept").mkdir()
    (folder / "kept" / "last").write_text(log.files.note() or "")
    take_backup(home, folder / "shelf", now=NOW)
    keys = gather_keys(home.keys)
    restore_backup(backup_at(folder / "shelf"), folder / "again", keys, now=NOW)
    shown = log.files.published(log.vkey)
    assert shown is not None
    return Sealed(log.vkey, keys["audit.key"].content, shown.size, folder / "again")


def looked(directory: Path) -> Any:
    """What another process makes of it: a seal more, everything verified."""
    told, _ = run("look", directory).communicate(timeout=60)
    return json.loads(told.splitlines()[-1])


@pytest.mark.crash
def test_both_epochs_of_the_audit_hold_under_their_own_keys(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at every step it is closed; opened, it seals under another name and key, and old seals hold."""
    for room, step in STEPS:
        with monkeypatch.context() as broken:
            broken.setattr(room, step, _killed)
            with pytest.raises(Killed):
                open_restored(sealed.to, by="console", because="cut", now=NOW)
        with pytest.raises(Refusal, match=r"home\.restored"):
            Home.open(sealed.to)
    opened = open_restored(sealed.to, by="console", because="drill", now=NOW)
    home = Home.open(sealed.to)
    log = audit_log(home)
    assert (opened.former_audit, [one.vkey for one in log.former]) == (sealed.former, [sealed.former])
    assert log.origin == "nadzor.local/log.2/audit" and log.former[0].size == sealed.size
    assert parse_vkey(log.vkey).public != parse_vkey(sealed.former).public
    assert all(sealed.seed not in path.read_bytes() for path in home.root.rglob("*") if path.is_file())

    found = looked(sealed.to)
    assert found["faults"] == [] and found["size"] == found["rows"] > sealed.size
    shown = log.files.published(log.vkey)
    assert shown is not None and (shown.origin, shown.size) == (log.origin, found["size"])
    with closing(read_only(home.database)) as register:
        assert _restored_deed(register)["former_audits"] == [{"vkey": sealed.former, "size": sealed.size}]
    _former_key_counts_no_more(sealed)


def _former_key_counts_no_more(sealed: Sealed) -> None:
    """A checkpoint of the lost tail is named so: the restore cut it, and nobody hides that."""
    stolen = Ed25519PrivateKey.from_private_bytes(unb64(sealed.seed.decode().strip(), size=32))
    name = parse_vkey(sealed.former).name
    longer = sign_checkpoint(Frontier(64, (bytes(32),)), origin=name, key=stolen)
    (sealed.to.parent / "kept" / "lost").write_text(longer)
    (told,) = looked(sealed.to)["faults"]
    assert "came back from a backup" in told


def _restored_deed(register: sqlite3.Connection) -> Any:
    (facts,) = register.execute(
        "SELECT facts FROM records_auditentry WHERE verb = 'house.restore'"
    ).fetchone()
    return json.loads(facts)


def _killed(*_args: Any, **_how: Any) -> None:
    raise Killed
