# SPDX-License-Identifier: Apache-2.0
"""The nation's events counted plainly into the rollup rows that detectors read."""

from __future__ import annotations

from collections import Counter
from datetime import date

from nadzor.measures.rollup import ALL, NO_BIN, Row
from nadzor.simulate.nation import Nation
from nadzor.simulate.population import site_name
from nadzor.simulate.world import Post
from nadzor_wire import event as wire


class Book:
    """Counts of one nation, kept while its events go by."""

    def __init__(self) -> None:
        self.cells: Counter[tuple[date, date, Post, str, str, str, str, str, int]] = Counter()
        self.studies: dict[str, wire.Study] = {}

    def add(self, post: Post, event: wire.Event) -> None:
        """Count one event."""
        day = event.at.date()
        match event:
            case wire.Study():
                self.studies[event.study] = event
                self._count(post, (day, day), event.version, "studies")
                if event.outcome == "failed":
                    self._count(post, (day, day), event.version, "failed")
            case wire.Heartbeat():
                self._count(post, (day, day), "", "heartbeats")
            case wire.Truth():
                self._label(post, event)
            case _:
                pass

    def rows(self) -> list[Row]:
        """The rows."""
        return [
            Row(
                day, known, post.device.code, version, site="" if bin_ != NO_BIN else site_name(post.clinic),
                dimension="selection" if stratum else ALL, stratum=stratum, measure=measure, finding=finding,
                bin=bin_, n=n,
            )
            for (day, known, post, version, measure, stratum, finding, _, bin_), n in self.cells.items()
        ]  # fmt: skip

    def _label(self, post: Post, truth: wire.Truth) -> None:
        study = self.studies[truth.study]
        when = (truth.study_day, truth.at.date())
        for said, true in zip(study.findings, truth.findings, strict=True):
            cell = ("t" if said.positive is true.present else "f") + ("p" if said.positive else "n")
            self._count(post, when, truth.version, cell, (truth.selection, said.code, NO_BIN))
            side = "score_present" if true.present else "score_absent"
            self._count(post, when, truth.version, side, (truth.selection, said.code, said.score))

    def _count(
        self, post: Post, when: tuple[date, date], version: str, measure: str, where: tuple = ("", "", NO_BIN)
    ) -> None:
        stratum, finding, bin_ = where
        self.cells[*when, post, version, measure, stratum, finding, "", bin_] += 1


def count(nation: Nation) -> list[Row]:
    """The rows of everything a nation says."""
    book = Book()
    for post in nation.posts:
        for _, events in nation.history(post):
            for event in events:
                book.add(post, event)
    return book.rows()
