# SPDX-License-Identifier: Apache-2.0
"""Experiment 20, the minute: a revoked key against the gateway as it is served, a process of its own."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from nadzor.actions.connect_installation import connect_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.publish_directory import publish_directory
from nadzor.actions.revoke_key import revoke_key
from nadzor.base import clock
from nadzor.base.directory import REPUBLISH_S, VALID_S
from nadzor.gateway.keyring import LOOK_S
from nadzor.jobs.loop import TASKS, attempt
from nadzor.people.queries import CONSOLE
from nadzor.register.models import InstallationKey
from nadzor.site.processes import Door, free_address, running
from tests.faults.test_tamper_and_replay import batch, send
from tests.register_samples import CLINIC_OID, device, register

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
(DIRECTORY,) = [task for task in TASKS if task.name == "directory"]
MINUTE_S = 60.0
STILL_S = 3.0  # three looks of the gateway: it has seen that nothing new was published


@pytest.fixture
def served(home, tmp_path):
    """A house with two installations, and its gateway at work: house, address, credentials."""
    import_register(register(device()), by=CONSOLE, now=clock.now())
    made = {"device": "ai-901", "clinic_oid": CLINIC_OID, "now": clock.now()}
    keys = [connect_installation(home, tmp_path / name, **made) for name in ("one", "two")]
    publish_directory(home, now=clock.now())
    with running([Door("gateway", home, address=free_address())]) as (door,):
        yield home, door.address, *keys


def seconds_until_refused(address, credential):
    """How long the running gateway still takes batches of this key."""
    began = time.monotonic()
    while (said := send(address, batch(credential, address)))[0] == 200:
        assert time.monotonic() - began < MINUTE_S
        time.sleep(0.05)
    assert said == (401, "key.revoked")
    return time.monotonic() - began


def test_the_deed_and_the_job_each_end_a_key_within_the_minute(served):
    """By the deed at the gateway's next look; without its publishing at the job's next round, not before."""
    house, address, one, two = served
    assert [send(address, batch(key, address))[0] for key in (one, two)] == [200, 200]
    revoke_key(house, keyid=one.keyid, by=CONSOLE, now=clock.now(), because="stolen")
    assert seconds_until_refused(address, one) < MINUTE_S
    InstallationKey.objects.filter(keyid=two.keyid).update(revoked_at=clock.now())  # and nobody published it
    until = time.monotonic() + STILL_S
    while time.monotonic() < until:
        assert send(address, batch(two, address))[0] == 200
        time.sleep(0.2)
    assert attempt(DIRECTORY, house) is True
    assert seconds_until_refused(address, two) < MINUTE_S


def test_the_periods_of_the_house_keep_the_minute(home):
    """The job's round and the gateway's look stay below it; what was published is no good after it."""
    assert DIRECTORY.period_s == REPUBLISH_S and REPUBLISH_S + LOOK_S < VALID_S <= MINUTE_S
    now = clock.now()
    published = publish_directory(home, now=now)
    assert published.valid_until - now == timedelta(seconds=VALID_S)
