# SPDX-License-Identifier: Apache-2.0
"""`nadzor token` and `nadzor key`: what an operator types when a key is new, old or lost."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta

import pytest
from msgspec import structs

from nadzor.actions.create_home import create_home
from nadzor.actions.enrol_installation import enrol_installation
from nadzor.base import clock
from nadzor.journal.opening import open_journal
from nadzor.register.keys import ROTATE_AFTER
from nadzor.register.models import InstallationKey
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import new_key
from tests.register_samples import CLINIC_OID, device, register
from tests.unit.cli.console import answer, ask, refused
from tests.unit.journal.entries import entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(home, tmp_path):
    """A home whose register holds one device."""
    made = create_home(home.root)
    (tmp_path / "register.json").write_bytes(register(device()))
    answer(made, "register", "import", tmp_path / "register.json")
    return made


def enrolled(house):
    """An installation of the device."""
    token = answer(house, "enrol", "--device", "ai-901", "--clinic", CLINIC_OID)["token"]
    return enrol_installation(house, token=token, public_key=b64(new_key()[1]), now=clock.now())


def test_tokens_are_listed_and_taken_back(house):
    """By name; a used one, and one that was taken back already, cannot be."""
    enrolled(house)
    answer(house, "enrol", "--device", "ai-901", "--clinic", CLINIC_OID)
    states = {card["state"]: card["name"] for card in answer(house, "token", "list")}
    assert set(states) == {"used", "waiting"}
    assert answer(house, "token", "revoke", states["waiting"]) == {"revoked": states["waiting"]}
    for name in states.values():
        assert refused(ask(house, "token", "revoke", name)) == "enrol.token-unknown"
    assert answer(house, "token", "list", "--device", "ai-999") == []


def test_keys_are_listed_and_the_old_ones_named(house):
    """With suite, state and age; the list of old ones is empty until a year has passed."""
    made = enrolled(house)
    (row,) = answer(house, "key", "list", "--device", "ai-901")
    assert (row["keyid"], row["suite"], row["state"], row["age_days"]) == (
        made.keyid,
        "ed25519+sha256",
        "living",
        0,
    )
    assert answer(house, "key", "rotate-due") == []
    InstallationKey.objects.update(not_before=clock.now() - ROTATE_AFTER)
    assert [row["age_days"] for row in answer(house, "key", "rotate-due")] == [365]


def test_what_came_under_a_lost_key_is_listed(house):
    """Exit 1 when there is something to look at, 0 when not."""
    made, now = enrolled(house), clock.now()
    with closing(open_journal(house)) as journal:
        for hours in (3, 1):
            one = entry(1, 2, stream=bytes([hours]) * 16, keyid=made.keyid, installation=made.installation)
            journal.append([structs.replace(one, received_at=now - timedelta(hours=hours))])
    InstallationKey.objects.update(not_before=now - timedelta(days=9))
    assert answer(house, "key", "suspect", made.keyid) == []
    since = (now - timedelta(hours=2)).isoformat()
    told = answer(house, "key", "lost", made.keyid, "--since", since, "--because", "a stolen disk")
    assert told["lost"] == [made.keyid]
    done = ask(house, "key", "suspect", made.keyid, "--json")
    assert done.exit_code == 1 and [batch["index"] for batch in json.loads(done.stdout)] == [1]
    assert answer(house, "key", "list")[0]["state"] == "lost"
    assert ask(house, "key", "lost", made.keyid, "--since", "noon", "--because", "x").exit_code == 2
