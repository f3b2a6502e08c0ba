# SPDX-License-Identifier: Apache-2.0
"""A log lies in its file unless its data directory names a server."""

from __future__ import annotations

import pytest

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.sqlite import SqliteStore
from nadzor.journal.where import ADDRESS_MAX, journal_address, store_at


def test_a_log_lies_in_its_file_by_default(home, tmp_path):
    """A path, and the logs of a data directory that says nothing else."""
    stores = [store_at(tmp_path / "x"), store_at(home.log), store_at(home.sandbox())]
    assert {type(store) for store in stores} == {SqliteStore}
    assert store_at(stores[0]) is stores[0]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///nadzor",
        "postgres://writer@db.example:5433/nadzor?sslmode=verify-full",
        "postgresql://writer@a.example,b.example/nadzor?target_session_attrs=read-write",
    ],
)
def test_an_address_is_taken_as_it_is(url):
    """By socket, by name, of several servers."""
    assert journal_address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "mysql://a/b",
        "postgresql://user:secret@a/b",
        "postgresql://a/b?password=secret",
        "postgresql://a/b?PASSWORD=",
        "postgresql://a/b\n",
        "postgresql://[a/b",
        "postgresql://",
        "postgresql://" + "a" * ADDRESS_MAX,
    ],
)
def test_what_is_no_address_or_holds_a_password_is_refused(url):
    """And the refusal does not repeat it."""
    with pytest.raises(Refusal) as refused:
        journal_address(url)
    assert (refused.value.code, refused.value.facts) == ("journal.address", {})


def test_an_address_written_into_the_settings_is_judged_as_well(tmp_path):
    """Whoever edits nadzor.json by hand gets the same answer."""
    home = Home.create(tmp_path / "data", journal_url="postgresql://a:b@c/d")
    with pytest.raises(Refusal, match=r"journal\.address"):
        store_at(home.log)
