# SPDX-License-Identifier: Apache-2.0
"""All that the posts of one device tell, end to end, and how its facts are counted into cells."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from msgspec import Struct, structs

from nadzor.measures.rollup import NO_BIN
from nadzor.simulate.levels import Flags, Ints, levels
from nadzor.simulate.tally import tally
from nadzor.simulate.telling import PROCESSED, Telling, joined, telling
from nadzor.simulate.world import FindingSpec, Post, World


class Facts(Struct, frozen=True, kw_only=True):
    """Facts to be counted: at which post, of which day, from when to when they are known.

    `stratum` and `bin` are empty where the measure is not split by them; `ran` is the day whose software a
    fact names, where that is not the day itself.
    """

    place: Ints
    day: Ints
    since: Ints
    until: Ints | None = None
    stratum: Ints | None = None
    bin: Ints | None = None
    ran: Ints | None = None

    def where(self, chosen: Flags | Ints) -> Facts:
        """Some of the facts."""
        told: dict[str, Any] = {name: getattr(self, name) for name in self.__struct_fields__}
        return Facts(**told | {name: v[chosen] for name, v in told.items() if v is not None})


class Cells(Struct, frozen=True):
    """Counted cells: places among the device's posts and its lines, strata, days, bins, and signed counts."""

    place: Ints
    line: Ints
    stratum: Ints
    day: Ints
    known: Ints
    bin: Ints
    n: Ints


class Ledger:
    """The reports of all posts of a device; `place` is the post of each."""

    def __init__(self, world: World, posts: list[Post]) -> None:
        self.world, self.posts = world, posts
        self.levels = [levels(world, post) for post in posts]
        parts = [telling(world, post) for post in posts]
        self.told: Telling = joined(parts)
        self.place: Ints = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part.day) for part in parts])
        self.until = self.told.until if (self.told.back >= 0).any() else None
        self.equipment_names = sorted({name for post in posts for name in post.equipment})

    @cached_property
    def lines(self) -> list[str]:
        """Versions of the device, where sites are not told apart."""
        return sorted({one.version for level in self.levels for one in level.software})

    @cached_property
    def line_of(self) -> Ints:
        """(posts, days): the place of the version in use among the lines."""
        return np.array([
            np.array([self.lines.index(one.version) for one in level.software])[level.software_of]
            for level in self.levels
        ])  # fmt: skip

    @property
    def findings(self) -> tuple[FindingSpec, ...]:
        """The findings of the device."""
        return self.posts[0].device.findings

    @cached_property
    def equipment(self) -> Ints:
        """By report, the place of the equipment among the device's names."""
        table = np.zeros((len(self.posts), max(len(post.equipment) for post in self.posts)), np.int32)
        for i, post in enumerate(self.posts):
            table[i, : len(post.equipment)] = [self.equipment_names.index(name) for name in post.equipment]
        return np.asarray(table[self.place, self.told.who.equipment])

    @cached_property
    def processed(self) -> Flags:
        """Reports of studies that the device concluded something of."""
        return np.asarray(self.told.outcome == PROCESSED)

    def reports(self, at: Ints | None = None, stratum: Ints | None = None, bin: Ints | None = None) -> Facts:
        """Reports, or some of them, as facts of their own; `bin` is by chosen report, `stratum` by any."""
        chosen = self._chosen(at)
        if stratum is not None:
            chosen = structs.replace(chosen, stratum=stratum if at is None else stratum[at])
        return chosen if bin is None else structs.replace(chosen, bin=bin)

    def _chosen(self, at: Ints | None) -> Facts:
        told = self.told
        if at is self.processed_at:
            return self._processed
        whole = Facts(place=self.place, day=told.day, since=told.since, until=self.until)
        return whole if at is None else whole.where(at)

    @cached_property
    def _processed(self) -> Facts:
        at, told = self.processed_at, self.told
        return Facts(place=self.place, day=told.day, since=told.since, until=self.until).where(at)

    @cached_property
    def processed_at(self) -> Ints:
        """Where the reports are of which the device concluded something."""
        return np.flatnonzero(self.processed)

    def count(self, facts: Facts, *, lined: bool) -> list[Cells]:
        """Cells of facts that became known, and of those that ceased to be; lined, sites are one."""
        limit = self.world.length
        fresh = facts.since < limit
        if facts.until is None:
            return [self._cells(_some(facts, fresh), facts.since[fresh], lined)]
        lasting = facts.since < facts.until
        told = self._cells(_some(facts, fresh & lasting), facts.since[fresh & lasting], lined)
        taken = np.flatnonzero(lasting & (facts.until < limit))
        if not len(taken):
            return [told]
        back = self._cells(facts.where(taken), facts.until[taken], lined)
        return [told, structs.replace(back, n=-back.n)]

    def _cells(self, facts: Facts, known: Ints, lined: bool) -> Cells:
        day, lag = facts.day, known - facts.day
        low = int(lag.min()) if len(lag) else 0
        keys = {"day": day, "lag": lag - low}
        if not lined:
            keys["place"] = facts.place
        if lined or facts.ran is not None:
            keys["line"] = self.line_of[facts.place, day if facts.ran is None else facts.ran]
        keys |= {
            name: codes
            for name, codes in (("stratum", facts.stratum), ("bin", facts.bin))
            if codes is not None
        }
        parts, n = tally([(codes, int(codes.max(initial=0)) + 1) for codes in keys.values()])
        told = dict(zip(keys, parts, strict=True))
        nothing = np.zeros(len(n), np.int64)
        if not lined and facts.ran is None:
            told["line"] = self.line_of[told["place"], told["day"]]
        return Cells(
            place=told.get("place", nothing), line=told["line"], stratum=told.get("stratum", nothing),
            day=told["day"], known=told["day"] + told["lag"] + low, n=n,
            bin=told.get("bin", nothing + NO_BIN),
        )  # fmt: skip


def _some(facts: Facts, chosen: Flags) -> Facts:
    """Some of the facts; all of them at no cost."""
    return facts if chosen.all() else facts.where(chosen)
