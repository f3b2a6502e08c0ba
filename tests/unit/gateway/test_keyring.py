# SPDX-License-Identifier: Apache-2.0
"""The gateway follows the newest good directory, and none that is damaged or older."""

from __future__ import annotations

import structlog

from nadzor.gateway.keyring import LOOK_S, DirectoryWatch
from tests.unit.gateway.house import KEYID, NOW, publish, ring


def serials(home, *steps):
    """The serial in use after each step, a second apart."""
    watch = DirectoryWatch(home.directory, home.settings.directory_key)
    seen = []
    with structlog.testing.capture_logs() as logs:
        for second, step in enumerate(steps):
            step()
            found = watch.ring(second * LOOK_S)
            seen.append(found.serial if found else None)
    return seen, [entry["event"] for entry in logs]


def test_a_new_directory_is_followed(home):
    """None before the first; then each newer one, within a second."""
    steps = [lambda: None, *(lambda n=n: publish(home, now=NOW, serial=n) for n in (1, 2)), lambda: None]
    assert serials(home, *steps) == ([None, 1, 2, 2], [])


def test_a_damaged_or_older_one_is_not(home):
    """The good one at hand stays in use, and the operator is told."""
    steps = [
        lambda: publish(home, now=NOW, serial=5),
        lambda: home.directory.write_bytes(b"{}"),
        lambda: publish(home, now=NOW, serial=4),
        lambda: publish(home, now=NOW, serial=6),
    ]
    seen, events = serials(home, *steps)
    assert seen == [5, 5, 5, 6]
    assert events == ["gateway.directory.unreadable", "gateway.directory.older"]


def test_the_file_is_looked_at_once_a_second(home):
    """Not for every batch."""
    watch = DirectoryWatch(home.directory, home.settings.directory_key)
    publish(home, now=NOW, serial=1)
    assert watch.ring(100.0).serial == 1
    publish(home, now=NOW, serial=2)
    assert watch.ring(100.9).serial == 1
    assert watch.ring(101.0).serial == 2


def test_for_a_stranger_the_file_is_looked_at_again(home):
    """Who enrolled a moment ago is known at once; strangers cannot make us read for every batch."""
    watch = DirectoryWatch(home.directory, home.settings.directory_key)
    publish(home, now=NOW, serial=1)
    assert watch.ring(100.0).serial == 1
    publish(home, now=NOW, serial=2)
    assert watch.ring_again(100.01).serial == 1
    assert watch.ring_again(100.06).serial == 2


def test_keys_are_found_by_their_name():
    """A known keyid has a holder and a key, another has neither."""
    keys = ring()
    assert keys.holder(KEYID).key.public and keys.public(KEYID) is keys.public(KEYID)
    assert keys.holder("nobody") is None and keys.public("nobody") is None
