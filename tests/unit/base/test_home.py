# SPDX-License-Identifier: Apache-2.0
"""The data directory and its keys."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from nadzor.base.home import SANDBOX, SECRETS, SIGNING_KEYS, Home
from nadzor.base.problems import Refusal
from nadzor_wire.note import open_note, parse_vkey, sign_note


def test_a_created_home_opens_with_the_same_settings(tmp_path):
    """What was written is what is read."""
    made = Home.create(tmp_path / "data", public_url="http://127.0.0.1:9001/")
    assert Home.open(tmp_path / "data").settings == made.settings
    assert made.settings.public_url == "http://127.0.0.1:9001"


def test_creating_twice_changes_nothing(home):
    """A second call opens; no key is ever replaced."""
    keys = {path.name: path.read_bytes() for path in home.keys.glob("*.*key")}
    again = Home.create(home.root, origin="other/log")
    assert again.settings == home.settings
    assert {path.name: path.read_bytes() for path in home.keys.glob("*.*key")} == keys


def test_an_unfinished_home_is_finished_with_its_own_keys(home):
    """A crash before nadzor.json was written leaves keys that stay valid."""
    before = home.secret("log")
    home.config.unlink()
    assert Home.create(home.root).secret("log") == before


def test_keys_are_for_the_owner_only(home):
    """Nobody else on the machine may read them."""
    assert home.keys.stat().st_mode & 0o777 == 0o700
    for name in (*SIGNING_KEYS, *SECRETS):
        assert (home.keys / f"{name}.key").stat().st_mode & 0o777 == 0o600
        assert len(home.secret(name)) == 32


def test_makers_pin_the_key_that_signs(home):
    """A note signed by the log's key opens under the published verifier key."""
    note = sign_note("hello\n", home.settings.origin, home.key("log"))
    assert open_note(note, home.log_vkey) == "hello\n"
    assert parse_vkey(home.log_vkey).name == home.settings.origin


def test_no_home_is_refused(tmp_path):
    """An empty directory is not a home."""
    with pytest.raises(Refusal, match=r"home\.missing"):
        Home.open(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"AAAA", b"\xff\xfe", b"not base64!"])
def test_a_damaged_key_is_refused_and_not_replaced(home, damage):
    """A new key would silently break every receipt given so far."""
    path = home.keys / "log.key"
    path.write_bytes(damage)
    with pytest.raises(Refusal, match=r"home\.damaged"):
        home.key("log")
    assert path.read_bytes() == damage


def test_a_lost_key_is_refused(home):
    """Missing is damaged too."""
    (home.keys / "vault.key").unlink()
    with pytest.raises(Refusal, match=r"home\.damaged"):
        home.secret("vault")


def test_unreadable_settings_are_refused(home):
    """Half a JSON document is damage, not an empty home."""
    home.config.write_text('{"origin":', "utf-8")
    with pytest.raises(Refusal, match=r"home\.damaged"):
        Home.open(home.root)


def test_the_sandbox_has_a_name_a_key_and_a_place_of_its_own(home):
    """Nothing of it is shared with the log but the house; asked again, it is the same."""
    made = home.sandbox()
    assert (made.origin, made.address) == (f"{home.settings.origin}-sandbox", home.log.address + SANDBOX)
    assert made.vkey != home.log.vkey == home.log_vkey
    assert {made.journal, made.body_keys}.isdisjoint({home.journal, home.body_keys})
    assert Home.open(home.root).sandbox().vkey == made.vkey
    assert (home.keys / "sandbox-log.key").stat().st_mode & 0o777 == 0o600


def test_doors_that_need_a_key_first_make_one_together(home):
    """Eight at once, on a house that has none: one key."""
    with ThreadPoolExecutor(8) as doors:
        made = list(doors.map(lambda _: Home.open(home.root).sandbox().vkey, range(8)))
    assert len(set(made)) == 1


@pytest.mark.parametrize("name, need", [("sandbox-log", "sandbox"), ("gate", "gate_key")])
def test_a_lost_key_of_the_sandbox_or_the_gate_is_not_replaced(home, name, need):
    """Receipts and certificates were given under it."""
    getattr(home, need)()
    (home.keys / f"{name}.key").unlink()
    with pytest.raises(Refusal, match=r"home\.damaged"):
        getattr(home, need)()
