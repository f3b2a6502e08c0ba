# SPDX-License-Identifier: Apache-2.0
"""Doors as processes: one that does not come up is named, and nothing of it stays."""

from __future__ import annotations

import socket

import pytest

from nadzor.base.problems import Refusal
from nadzor.site.processes import Door, fetch, free_address, must_be_free, running


def test_a_door_that_falls_at_once_is_named(home):
    """Nobody waits a minute for a process that has ended."""
    door = Door("no-such-door", home, address=free_address())
    with pytest.raises(Refusal, match=r"door\.silent") as refused, running([door]):
        pass
    assert refused.value.facts["door"] == "no-such-door"
    assert door.fell()


def test_nothing_answers_at_a_free_address():
    """Silence is None, not an error."""
    assert fetch(free_address(), "/health/live") is None


def test_an_address_held_by_another_is_named():
    """Another program there would answer in our door's name."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        held = f"http://127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(Refusal, match=r"door\.taken") as refused:
            must_be_free([free_address(), held])
    assert refused.value.at == held
