# SPDX-License-Identifier: Apache-2.0
"""The nation's rollup counted at once, without its events: what detectors are calibrated on.

It is what the telemetry makes of the same nation's events, measure by measure; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from hashlib import blake2b
from typing import Any, Final

import numpy as np

from nadzor.measures.catalogue import catalogue
from nadzor.measures.columns import NAMES, Block, Columns, Name, Pair
from nadzor.measures.rollup import ALL, Row
from nadzor.simulate.adverse import PROBLEMS, TYPES
from nadzor.simulate.conclusions import AGE_BANDS, SEXES, VERDICTS
from nadzor.simulate.counts import SOURCES, Count, by_line, pairs_of, strata
from nadzor.simulate.ledger import Cells, Ledger
from nadzor.simulate.levels import Ints, software_of
from nadzor.simulate.telling import READINGS, STAGES
from nadzor.simulate.world import Post, World

USUAL: Final = frozenset(
    {("studies", ALL), ("failed", ALL), ("heartbeats", ALL)}
    | {(measure, "selection") for measure in ("tp", "fp", "fn", "tn")}
)
Told = list[dict[str, Any]]
OTHERS: Final = ("random", "follow_up", "wrong_study", "processing", "critical")
"""Strata of which a nation knows one each."""


def columns(
    world: World, *, wanted: Collection[Pair] | None = None, progress: Callable[[], None] | None = None
) -> Columns:
    """The rollup of a nation as columns; `wanted` are measures and dimensions, without it all that there are.

    Raises: KeyError for a measure that is not simulated.
    """
    pairs = sorted(everything() if wanted is None else set(wanted))
    book = _Book(world)
    for device in world.devices:
        book.add([post for post in world.posts if post.device.code == device.code], pairs)
        if progress:
            progress()
    return book.columns()


def everything() -> set[Pair]:
    """Every measure and dimension that a nation can be asked for."""
    told = catalogue().measures
    return {pair for measure in SOURCES for pair in pairs_of(measure) if measure in told}


def population(world: World, *, wanted: Collection[Pair] = USUAL) -> list[Row]:
    """The same as rows: studies, failures, heartbeats and labels, unless others are wanted."""
    return list(columns(world, wanted=wanted).rows())


def site_name(clinic: int) -> str:
    """A pseudonym for a clinic of the nation."""
    return f"s-{clinic:05d}"


def installation_name(world: World, post: Post) -> str:
    """The name that a post's installation has where no house has given it another."""
    return "i-" + blake2b(f"{world.seed}\t{post.key}".encode(), digest_size=6).hexdigest()


class _Book:
    """Blocks that grow device by device, in codes of names that are known from the start."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.names = _names(world)
        self.place = {name: {text: i for i, text in enumerate(texts)} for name, texts in self.names.items()}
        self.told: dict[Pair, Told] = {}

    def add(self, posts: list[Post], pairs: Iterable[Pair]) -> None:
        """Count a device."""
        if not posts:
            return
        ledger = Ledger(self.world, posts)
        codes = _Codes(self, ledger)
        for pair in pairs:
            told = self.told.setdefault(pair, [])
            names, _ = strata(ledger, pair[1])
            for count in SOURCES[pair[0]](ledger, pair[1]):
                for cells in ledger.count(count.facts, lined=by_line(pair)):
                    told.append(codes.rows(cells, count, strata=count.strata or names, lined=by_line(pair)))

    def columns(self) -> Columns:
        """Everything counted so far."""
        return Columns(self.names, {pair: _block(parts) for pair, parts in self.told.items()})


class _Codes:
    """Codes of one device's names, by post and day."""

    def __init__(self, book: _Book, ledger: Ledger) -> None:
        self.book, self.ledger = book, ledger
        place, posts = book.place, ledger.posts
        self.device = place["device"][posts[0].device.code]
        self.lines = np.array([place["version"][name] for name in ledger.lines], np.int32)
        self.site = np.array([place["site"][site_name(post.clinic)] for post in posts], np.int32)
        told = [installation_name(book.world, post) for post in posts]
        self.installation = np.array([place["installation"][name] for name in told], np.int32)
        self.build = np.array([
            np.array([place["build"][one.build] for one in level.software], np.int32)[level.software_of]
            for level in ledger.levels
        ])  # fmt: skip

    def rows(self, cells: Cells, count: Count, *, strata: Sequence[str], lined: bool) -> dict[str, Any]:
        """Cells as columns of codes; a column with one value all over is that value."""
        first = self.book.world.first.toordinal()
        stratum = np.array([self.book.place["stratum"][name] for name in strata], np.int32)
        told: dict[str, Any] = {
            "device": self.device, "day": (cells.day + first).astype(np.int32),
            "known": (cells.known + first).astype(np.int32), "n": cells.n,
            "stratum": stratum[cells.stratum] if len(strata) > 1 else int(stratum[0]),
            "finding": self.book.place["finding"][count.finding],
            "bin": cells.bin.astype(np.int32) if count.facts.bin is not None else -1,
        }  # fmt: skip
        told["version"] = self.lines[cells.line] if count.versioned else 0
        if lined:
            return {**told, "build": 0, "site": 0, "installation": 0}
        build = self.build[cells.place, cells.day] if count.built else 0
        site, installation = self.site[cells.place], self.installation[cells.place]
        return {**told, "build": build, "site": site, "installation": installation}


def _names(world: World) -> dict[Name, list[str]]:
    """Every name that can occur, the empty one first."""
    software = [one for post in world.posts for one in software_of(world, post)[0]]
    told: dict[Name, set[str]] = {
        "device": {device.code for device in world.devices},
        "version": {one.version for one in software},
        "build": {one.build for one in software},
        "site": {site_name(post.clinic) for post in world.posts},
        "installation": {installation_name(world, post) for post in world.posts},
        "stratum": {
            *AGE_BANDS, *SEXES, *STAGES, *READINGS, *VERDICTS, *PROBLEMS, *TYPES, *OTHERS,
            *(name for post in world.posts for name in (*post.equipment, post.device.modality)),
        },
        "finding": {finding.code for device in world.devices for finding in device.findings},
    }  # fmt: skip
    return {name: sorted({"", *told[name]}) for name in NAMES}


def _block(parts: Told) -> Block:
    """Parts end to end; what is one value all over takes no room."""
    sizes = [len(part["n"]) for part in parts]
    return Block(**{name: _column([part[name] for part in parts], sizes) for name in Block.__struct_fields__})


def _column(values: list[Any], sizes: list[int]) -> Ints:
    scalars = {value for value in values if isinstance(value, int)}
    if len(scalars) == 1 and all(isinstance(value, int) for value in values):
        return np.broadcast_to(np.int32(scalars.pop()), sum(sizes))
    told = [
        np.full(size, value, np.int32) if isinstance(value, int) else value
        for value, size in zip(values, sizes, strict=True)
    ]
    return np.concatenate(told) if told else np.array([], np.int32)
