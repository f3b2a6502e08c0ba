# SPDX-License-Identifier: Apache-2.0
"""The synthetic nation as events on the wire: what each post would have sent on each day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from msgspec import Struct

from nadzor.base.ids import derived_uuid7
from nadzor.simulate.faults import usual_faults
from nadzor.simulate.sketch import AGE_BANDS, STAGES, Habits, Sketch, sketch
from nadzor.simulate.world import (
    DeviceSpec,
    Fault,
    Post,
    World,
    expected_volumes,
    failure_rates,
    faults_on,
    is_silent,
    settle,
    with_faults,
)
from nadzor_wire import event as wire

ZONE = timezone(timedelta(hours=3))
SDK = "0.1.0"
CODES = {
    "network": "NET001",
    "input": "INP002",
    "processing": "PRC003",
    "output": "OUT004",
    "integration": "INT005",
}
READING = ("<30s", "30-60s", "1-2m", "2-5m", "5-10m")
REMEMBERED = 80
"""Days drawn that are kept: a label is due at most two months after its study."""


class Moment(Struct, frozen=True):
    """Whose event, and when: everything an id is derived from."""

    seed: int
    post: Post
    at: datetime

    def id(self, *parts: object) -> str:
        """The id of an event of this moment."""
        return derived_uuid7(self.at, "nation", str(self.seed), self.post.key, *map(str, parts))


class Nation:
    """A world that speaks; asked twice for the same day of the same post, it says the same words."""

    def __init__(self, world: World, *, habits: Habits | None = None) -> None:
        self.world = world
        self.habits = habits or Habits()
        self._levels = lru_cache(maxsize=None)(self._levels_of)
        self._sketch = lru_cache(maxsize=4 * REMEMBERED)(self._draw)
        self._due = lru_cache(maxsize=4 * REMEMBERED)(self._due_of)
        self._by_key = {post.key: post for post in world.posts}

    @property
    def posts(self) -> tuple[Post, ...]:
        """Who speaks: one post is one installation of a device in a clinic."""
        return self.world.posts

    def history(self, post: Post) -> Iterator[tuple[date, list[wire.Event]]]:
        """Everything a post sends, day by day."""
        for day in self.world.days():
            yield day, self.events(post, day)

    def events(self, post: Post, day: date) -> list[wire.Event]:
        """What a post sends on a day, in order of time; nothing at all while it is silent."""
        if is_silent(self.world, post, day):
            return []
        said = [*self._signs_of_life(post, day), *self._studies(post, day), *self._labels(post, day)]
        return sorted(said, key=lambda event: (event.at, event.id))

    def _levels_of(self, key: str) -> tuple[list[float], list[float]]:
        post = self._by_key[key]
        return expected_volumes(self.world, post).tolist(), failure_rates(self.world, post).tolist()

    def _draw(self, key: str, day: date) -> Sketch:
        post = self._by_key[key]
        volumes, rates = self._levels(key)
        at = (day - self.world.first).days
        return sketch(self.world, post, day, level=(volumes[at], rates[at]), habits=self.habits)

    def _due_of(self, key: str, day: date) -> dict[int, list[int]]:
        """The labelled studies of a day, by how many days later their labels arrive."""
        due: dict[int, list[int]] = {}
        for number, after in enumerate(self._sketch(key, day).label_after.tolist()):
            due.setdefault(after, []).append(number)
        return due

    def _moment(self, post: Post, day: date, second: int) -> Moment:
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
        return Moment(self.world.seed, post, midnight + timedelta(seconds=second))

    def _signs_of_life(self, post: Post, day: date) -> Iterator[wire.Event]:
        now = self._moment(post, day, 6 * 3600)
        yield wire.Heartbeat(
            id=now.id("heartbeat"), at=now.at, sdk=SDK, clock_offset_ms=(day.toordinal() * 37) % 400 - 200
        )
        for (_, before), (arrived, after) in zip(post.arrivals, post.arrivals[1:], strict=False):
            if arrived == day and day > self.world.first:
                now = self._moment(post, day, 5 * 3600)
                yield wire.Change(
                    id=now.id("change"), at=now.at, from_version=before.version, to_version=after.version,
                    build=after.build,
                )  # fmt: skip
        for number, fault in enumerate(faults_on(self.world, post, day)):
            if fault.kind == "error_burst":
                now = self._moment(post, day, 9 * 3600 + number)
                yield wire.Fault(
                    id=now.id("fault", number), at=now.at, stage="processing", code=CODES["processing"],
                    severity="critical", version=post.version_on(day).version,
                )  # fmt: skip

    def _studies(self, post: Post, day: date) -> Iterator[wire.Event]:
        drawn = self._sketch(post.key, day)
        for i, second in enumerate(drawn.second.tolist()):
            now = self._moment(post, day, second)
            yield _study(now, drawn, i)
            if drawn.reviewed[i]:
                later = min(86_399, second + 600 + 37 * i % 7200)
                yield _review(self._moment(post, day, later), drawn, i, day)

    def _labels(self, post: Post, day: date) -> Iterator[wire.Event]:
        low, high = self.habits.label_days
        for back in range(low, high + 1):
            studied = day - timedelta(days=back)
            if studied < self.world.first or is_silent(self.world, post, studied):
                continue
            for i in self._due(post.key, studied).get(back, ()):
                drawn = self._sketch(post.key, studied)
                yield _truth(self._moment(post, day, 10 * 3600 + i), drawn, i, studied)


def nation(
    seed: int,
    devices: Sequence[DeviceSpec],
    *,
    days: int,
    until: date,
    faults: Sequence[Fault] | None = None,
) -> Nation:
    """A nation of these devices over the days before `until`; unless faults are named, the usual ones."""
    world = settle(seed, devices, days=(until - timedelta(days=days), until))
    return Nation(with_faults(world, usual_faults(world) if faults is None else faults))


def study_key(seed: int, post: Post, day: date, number: int) -> str:
    """The salted study identifier that a site would have sent."""
    text = f"{seed}\t{post.key}\t{day.isoformat()}\t{number}"
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _study(now: Moment, drawn: Sketch, i: int) -> wire.Study:
    post, day = now.post, now.at.date()
    version = post.version_on(day)
    failed, declined = bool(drawn.failed[i]), bool(drawn.declined[i])
    stage: Any = STAGES[drawn.stage[i]]
    return wire.Study(
        id=now.id("study", i), at=now.at, study=study_key(now.seed, post, day, i), version=version.version,
        build=version.build, outcome="failed" if failed else "declined" if declined else "processed",
        failure=wire.Failure(stage=stage, code=CODES[stage]) if failed else None,
        duration_ms=int(drawn.duration_ms[i]), modality=_word(post.device.modality),
        equipment=_word(post.equipment[drawn.maker[i]]), age_band=_word(AGE_BANDS[drawn.age[i]]),
        sex="f" if drawn.sex[i] else "m", findings=() if failed or declined else _said(post, drawn, i),
    )  # fmt: skip


def _said(post: Post, drawn: Sketch, i: int) -> tuple[wire.Finding, ...]:
    return tuple(
        wire.Finding(
            code=finding.code, score=score, positive=score >= finding.threshold, threshold=finding.threshold
        )
        for finding, score in zip(post.device.findings, drawn.score[i].tolist(), strict=True)
    )


def _review(now: Moment, drawn: Sketch, i: int, day: date) -> wire.Review:
    post = now.post
    reader = blake2b(f"{now.seed}\t{post.key}\t{drawn.reader[i]}".encode(), digest_size=8).hexdigest()
    return wire.Review(
        id=now.id("review", i), at=now.at, study=study_key(now.seed, post, day, i), study_day=day,
        version=post.version_on(day).version, reader=reader, ai_seen_first=bool(i % 2),
        verdict=_word(_verdict(post, drawn, i)), findings=_presences(post, drawn.reader_present[i].tolist()),
        reading_time=_word(READING[i % len(READING)]),
    )  # fmt: skip


def _verdict(post: Post, drawn: Sketch, i: int) -> str:
    said = [
        score >= f.threshold for f, score in zip(post.device.findings, drawn.score[i].tolist(), strict=True)
    ]
    pairs = list(zip(said, drawn.reader_present[i].tolist(), strict=True))
    added = any(reader and not device for device, reader in pairs)
    removed = any(device and not reader for device, reader in pairs)
    if added and removed:
        return "modified"
    return "rejected" if removed else "supplemented" if added else "accepted"


def _truth(now: Moment, drawn: Sketch, i: int, day: date) -> wire.Truth:
    post = now.post
    return wire.Truth(
        id=now.id("truth", day.isoformat(), i), at=now.at, study=study_key(now.seed, post, day, i),
        study_day=day, version=post.version_on(day).version, findings=_presences(post,
        drawn.present[i].tolist()), source="follow_up", selection="random",
    )  # fmt: skip


def _presences(post: Post, present: list[bool]) -> tuple[wire.Presence, ...]:
    findings = zip(post.device.findings, present, strict=True)
    return tuple(wire.Presence(code=finding.code, present=there) for finding, there in findings)


def _word(text: str) -> Any:
    """A word that the wire's enumerations hold; the world keeps plain strings."""
    return text
