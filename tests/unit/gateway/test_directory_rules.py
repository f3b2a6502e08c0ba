# SPDX-License-Identifier: Apache-2.0
"""Every rule about the key directory, as a table: what happens to the file, and what a batch gets then.

docs/reference/keys.md says the same in words; the names of the rules are the same there and here.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from nadzor.base.directory import REPUBLISH_S, VALID_S, seal_directory
from nadzor.base.home import Home
from nadzor.gateway.fates import Judged
from nadzor.gateway.judge import judge
from nadzor.gateway.keyring import LOOK_S, DirectoryWatch
from tests.unit.gateway.house import NOW, URL, directory, heartbeat, request

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/keys.md"
GOOD, STALE = "good", "directory.stale"


class Step(Struct):
    """At a second after the beginning something is done, and a batch is sent a moment later."""

    second: float
    do: str
    gets: str
    skew_s: float = 0.0  # the publisher's clock against the gateway's
    wall_s: float | None = None  # the gateway's own clock on the wall, where it goes wrong


def step(second, do, gets, **more):
    """A row of a table."""
    return Step(second, do, gets, **more)


def dead(do):
    """After this the publisher is as good as dead: the edition in hand counts for its minute, no longer."""
    return [
        step(0, "publish", GOOD),
        step(20, do, GOOD),
        step(59, "wait", GOOD),
        step(60, "wait", STALE),
        step(90, "publish", GOOD),
    ]


RULES = {
    "none-yet": [step(0, "wait", STALE), step(1, "publish", GOOD)],
    "published": [step(REPUBLISH_S * n, "publish", GOOD) for n in range(12)],
    "not-republished": dead("wait"),
    "damaged": dead("damage"),
    "cut-short": dead("cut"),
    "removed": dead("remove"),
    "another-home": dead("foreign"),
    "older": dead("older"),
    "same-again": dead("again"),
    "three-misses": [step(0, "publish", GOOD), step(59, "wait", GOOD), step(59.5, "publish", GOOD)],
    "revoked": [
        step(0, "publish", GOOD), step(10, "revoke", "key.revoked"), step(15, "publish", "key.revoked"),
    ],
    "revoked-but-not-published": [
        step(0, "publish", GOOD), step(10, "lose revocation", GOOD), step(60, "wait", STALE),
        step(61, "publish", "key.revoked"),
    ],
    "publisher-ahead": [
        step(0, "publish", GOOD, skew_s=50), step(59, "wait", GOOD), step(60, "wait", STALE),
    ],
    "publisher-far-ahead": [step(0, "publish", STALE, skew_s=61)],
    "publisher-behind": [
        step(0, "publish", GOOD, skew_s=-50), step(10, "wait", STALE), step(15, "publish", GOOD, skew_s=-50),
    ],
    "publisher-far-behind": [step(0, "publish", STALE, skew_s=-60)],
    "gateway-set-back": [step(0, "publish", GOOD), step(1, "wait", STALE, wall_s=-3600)],
    "gateway-set-ahead": [step(0, "publish", GOOD), step(1, "wait", STALE, wall_s=3600)],
    "gateway-stands-still": [
        step(0, "publish", GOOD), step(59, "wait", GOOD, wall_s=0), step(60, "wait", STALE, wall_s=0),
    ],
}  # fmt: skip


class Town:
    """A publisher, a file, and a gateway that looks at it; seconds are those of its monotonic clock."""

    def __init__(self, home, other):
        self.home, self.other, self.serial, self.revoked = home, other, 0, {}
        self.watch = DirectoryWatch(home.directory, home.settings.directory_key)

    def take(self, one):
        """What a batch sent right after the step gets."""
        getattr(self, one.do.replace(" ", "_"))(one)
        wall = NOW + timedelta(seconds=one.second if one.wall_s is None else one.wall_s)
        asked = request(heartbeat(), now=wall)
        said = judge(asked, directory=self.watch.ring(one.second), now=wall, public_url=URL)
        return GOOD if isinstance(said, Judged) else said.code

    def wait(self, one):
        """Nothing happens."""

    def publish(self, one):
        """The publisher does its round."""
        self.serial += 1
        self.write(self.sealed(one, self.serial, self.home))

    def revoke(self, one):
        """A key is revoked, and that is published at once."""
        self.lose_revocation(one)
        self.publish(one)

    def lose_revocation(self, one):
        """A key is revoked, and nobody publishes it."""
        self.revoked = {"revoked_at": NOW + timedelta(seconds=one.second)}

    def damage(self, one):
        """One byte of the file is turned over."""
        text = bytearray(self.home.directory.read_bytes())
        text[len(text) // 2] ^= 1
        self.write(bytes(text))

    def cut(self, one):
        """Half of the file is left."""
        text = self.home.directory.read_bytes()
        self.write(text[: len(text) // 2])

    def remove(self, one):
        """The file is gone."""
        self.home.directory.unlink()

    def foreign(self, one):
        """The file of another home, newer and well signed by that home's key."""
        self.write(self.sealed(one, self.serial + 50, self.other))

    def older(self, one):
        """An earlier edition under today's date: a publisher that went back to an older state."""
        known, self.revoked = self.revoked, {}
        self.write(self.sealed(one, self.serial - 1, self.home))
        self.revoked = known

    def again(self, one):
        """The same file, written once more."""
        self.write(self.home.directory.read_bytes())

    def sealed(self, one, serial, home):
        """An edition as the clock of the publisher has it."""
        told = NOW + timedelta(seconds=one.second + one.skew_s)
        return seal_directory(
            directory(now=told, serial=serial, not_before=NOW - timedelta(days=9), **self.revoked),
            home.key("directory"),
        )

    def write(self, content):
        """A file put in place of the other: another inode, another time."""
        fresh = self.home.directory.with_name("fresh")
        fresh.write_bytes(content)
        fresh.replace(self.home.directory)


@pytest.fixture
def other(tmp_path):
    """Another home with keys of its own."""
    return Home.create(tmp_path / "other")


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_of_the_directory(home, other, rule):
    """What a batch gets at every step."""
    town = Town(home, other)
    with structlog.testing.capture_logs():
        assert [town.take(one) for one in RULES[rule]] == [one.gets for one in RULES[rule]]


def test_the_page_tells_every_rule():
    """And no other."""
    named = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text("utf-8"), re.M)
    assert sorted(name for name in named if name in RULES or "." not in name) == sorted(RULES)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(0, 120),
    st.lists(
        st.sampled_from(["publish", "wait", "damage", "cut", "remove", "foreign", "older", "again"]),
        min_size=60,
    ),
    st.integers(-90, 90),
)
def test_a_revocation_counts_within_a_minute_whatever_happens(tmp_path_factory, revoked_at, fates, skew_s):
    """Any mishaps with the file, any difference of clocks: a minute later no batch by that key gets in."""
    folder = tmp_path_factory.mktemp("town")
    town = Town(Home.create(folder / "home"), Home.create(folder / "other"))
    with structlog.testing.capture_logs():
        for number, fate in enumerate(["publish", *fates]):
            second = float(5 * number)
            if second >= revoked_at and not town.revoked:
                town.lose_revocation(step(second, "", ""))
                deadline = second + VALID_S + LOOK_S
            if fate in ("damage", "cut", "again", "remove") and not town.home.directory.exists():
                continue
            got = town.take(step(second, fate, "", skew_s=float(skew_s)))
            assert got != GOOD or not town.revoked or second < deadline
