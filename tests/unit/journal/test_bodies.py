# SPDX-License-Identifier: Apache-2.0
"""Bodies at rest: a key per installation and month, made once, durable before use, and shreddable."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys, Shelf, Shredded, open_body, seal_body

SHELF = Shelf("i-000000000001", "2026-11")


def test_a_sealed_body_opens_under_its_name_only(tmp_path):
    """The digest is bound in: a body moved under another digest does not open."""
    cipher = BodyKeys(tmp_path).making(SHELF)
    sealed = seal_body(cipher, b"coded", named=b"digest")
    assert b"coded" not in sealed
    assert open_body(cipher, sealed, named=b"digest") == b"coded"
    for spoiled, named in ((sealed, b"other"), (sealed[:-1], b"digest"), (b"", b"digest")):
        with pytest.raises(Refusal) as refused:
            open_body(cipher, spoiled, named=named)
        assert refused.value.code == "journal.damaged"


def test_no_two_seals_are_alike(tmp_path):
    """The same body is never the same bytes at rest."""
    cipher = BodyKeys(tmp_path).making(SHELF)
    assert seal_body(cipher, b"coded", named=b"") != seal_body(cipher, b"coded", named=b"")


def test_a_key_is_made_once_and_found_by_others(tmp_path):
    """A second process opens what the first sealed; another month or installation has another key."""
    sealed = seal_body(BodyKeys(tmp_path).making(SHELF), b"coded", named=b"")
    assert open_body(BodyKeys(tmp_path).finding(SHELF), sealed, named=b"") == b"coded"
    other = BodyKeys(tmp_path).making(Shelf(SHELF.installation, "2026-12"))
    with pytest.raises(Refusal):
        open_body(other, sealed, named=b"")


def test_processes_that_race_for_a_key_get_the_same(tmp_path):
    """Whoever links first wins; nobody keeps a key that is not on disk."""
    with ThreadPoolExecutor(8) as pool:
        ciphers = list(pool.map(lambda _: BodyKeys(tmp_path).making(SHELF), range(32)))
    sealed = seal_body(ciphers[0], b"coded", named=b"")
    assert {open_body(cipher, sealed, named=b"") for cipher in ciphers} == {b"coded"}
    assert [found.name for found in (tmp_path / SHELF.installation).iterdir()] == ["2026-11.key"]


def test_a_key_that_a_dead_process_left_is_durable_before_it_is_used(tmp_path, monkeypatch):
    """Its names are fsynced by whoever uses it first: who linked it may have died before doing so."""
    BodyKeys(tmp_path).making(SHELF)
    synced = []
    monkeypatch.setattr("nadzor.journal.bodies.sync_directory", synced.append)
    keys = BodyKeys(tmp_path)
    for _ in range(2):
        keys.making(SHELF)
    assert synced == [tmp_path, tmp_path / SHELF.installation]


def test_a_key_is_on_disk_before_it_is_used(tmp_path, monkeypatch):
    """The file is fsynced, then its name, before a cipher is handed out."""
    synced = []
    real = os.fsync

    def fsync(handle):
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr("os.fsync", fsync)
    BodyKeys(tmp_path).making(SHELF)
    assert any(".2026-11.key" in name for name in synced)
    assert synced[-1] == str(tmp_path / SHELF.installation)
    assert str(tmp_path) in synced


def test_shredding_a_key_shreds_its_bodies(tmp_path):
    """What was sealed under it is gone for everyone; a second shredding changes nothing."""
    keys = BodyKeys(tmp_path)
    keys.making(SHELF)
    keys.shred(SHELF)
    keys.shred(SHELF)
    keys.shred(Shelf("i-nobody", "2026-11"))
    with pytest.raises(Shredded) as refused:
        keys.finding(SHELF)
    assert refused.value.code == "journal.shredded"


@pytest.mark.parametrize("shelf", [Shelf("../out", "2026-11"), Shelf("i-1", "2026/11"), Shelf("", "2026-11")])
def test_a_name_never_leaves_the_folder(tmp_path, shelf):
    """A key's place is made of a plain installation id and a month, nothing else."""
    with pytest.raises(ValueError, match="not the name"):
        BodyKeys(tmp_path).making(shelf)
