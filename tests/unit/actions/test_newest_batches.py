# SPDX-License-Identifier: Apache-2.0
"""The picture of a log's end: brought up to date, and begun anew when the log is another one."""

from __future__ import annotations

from types import SimpleNamespace

from nadzor.actions import newest_batches as newest


class Log:
    """A log of headings, as far as the picture reads it."""

    def __init__(self, *rooms):
        self.rooms = list(rooms)
        self.read = 0

    def size(self):
        """How many batches."""
        return len(self.rooms)

    def batch(self, index):
        """One of them."""
        room = self.rooms[index]
        return SimpleNamespace(
            index=index, installation=room, device="ai-001", keyid="k", received_at=None, first=1, last=1,
            accepted=1, rejected=0, body_sha256=f"{room}{index}".encode(),
        )  # fmt: skip

    def batches(self, start, stop):
        """Some of them, counted."""
        self.read += stop - start
        return map(self.batch, range(start, stop))


def heard(picture):
    """Indexes by installation."""
    return {room: [one.index for one in kept] for room, kept in picture.devices.get("ai-001", {}).items()}


def test_only_what_is_new_is_read():
    """The second look reads one batch."""
    log, picture = Log("a", "b", "a"), newest._Picture()
    picture.follow(log)
    log.rooms.append("b")
    picture.follow(log)
    assert heard(picture) == {"a": [0, 2], "b": [1, 3]} and log.read == 4


def test_another_log_in_the_same_place_is_read_from_its_beginning():
    """Restored from a copy: shorter, or of the same length with other batches."""
    picture = newest._Picture()
    for log in (Log("a", "a", "a"), Log("b"), Log("c", "c"), Log("d", "d")):
        picture.follow(log)
        assert set(heard(picture)) == {log.rooms[0]}


def test_a_first_look_is_bounded_and_an_installation_keeps_its_newest(monkeypatch):
    """A long log is read from its end, and no installation fills the memory."""
    monkeypatch.setattr(newest, "REACH", newest.KEPT + 10)
    log, picture = Log(*["a"] * 500), newest._Picture()
    picture.follow(log)
    assert log.read == newest.KEPT + 10
    assert heard(picture)["a"] == list(range(500 - newest.KEPT, 500))
