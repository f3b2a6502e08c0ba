# SPDX-License-Identifier: Apache-2.0
"""What lapses, and when: acts and norms that end with nothing known to follow, seen ahead of time."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Literal

import msgspec

from nadzor.base.problems import Text
from nadzor.law.load import acts, norms
from nadzor.law.norm import Entry
from nadzor.workdays.spoken import plain

AHEAD_DAYS = 60  # two months: time to find a successor, to read it and to enter it

State = Literal["lapsed", "ahead", "later"]


class Lapse(msgspec.Struct, frozen=True, kw_only=True):
    """One day on which norms of one act end.  `days_left` is negative once they have ended.

    `successor` is what is known to follow; without it, dates that rest on these norms are refused.
    """

    act: str
    title: Text
    until: date
    days_left: int
    state: State
    successor: Text | None
    norms: tuple[str, ...]

    @property
    def name(self) -> str:
        """The lapse as one word, for those who must not be told twice.

        Law: none; a name.
        """
        return f"{self.act}:{self.until.isoformat()}"


def lapses(on: date, *, ahead_days: int = AHEAD_DAYS, every: bool = False) -> tuple[Lapse, ...]:
    """What has lapsed by a day or will within `ahead_days`; every end that is known, when asked for.

    Law: the last day of force of each act and norm.
    Units: days.
    """
    found = (_lapse(act, until, on, ahead_days) for act, until in sorted(_ends(), key=lambda end: end[::-1]))
    return tuple(lapse for lapse in found if every or lapse.state != "later")


def warning(lapse: Lapse) -> Text:
    """What those who answer for the norms are told about a lapse.

    Law: the last day of force of the norms named.
    """
    end, count = plain(lapse.until), len(lapse.norms)
    after = lapse.successor or Text(ru="преемник неизвестен", en="its successor is unknown")
    ru_verb, en_verb = ("утратил", "lapsed") if lapse.state == "lapsed" else ("утратит", "lapses")
    return Text(
        ru=f"{lapse.title.ru}: {ru_verb} силу {end.ru}, {after.ru}. С этого дня сроки по нормам "
        f"акта (их {count}) не рассчитываются, приём продолжается. Юристу: найти и внести новую редакцию.",
        en=f"{lapse.title.en}: {en_verb} on {end.en}, {after.en}. From that day no date is computed from its "
        f"{count} norms; receiving goes on. A lawyer has to find and enter the next edition.",
    )


def _ends() -> dict[tuple[str, date], list[str]]:
    """Each act with each day its norms end on; the act's own norm counts with those taken from it."""
    ends: dict[tuple[str, date], list[str]] = defaultdict(list)
    for key, (act, entry) in norms().items():
        if entry.values and (until := entry.values[-1].until):
            ends[_act_of(key, act), until].append(key)
    return ends


def _lapse(act: str, until: date, on: date, ahead_days: int) -> Lapse:
    keys = tuple(_ends()[act, until])
    left = (until - on).days
    state: State = "lapsed" if left <= 0 else "ahead" if left <= ahead_days else "later"
    return Lapse(
        act=act, title=_title(act, keys[0]), until=until, days_left=left, state=state,
        successor=_successor(keys), norms=keys,
    )  # fmt: skip


def _act_of(key: str, act: str) -> str:
    return key.removeprefix("act.").split(".")[0] if key.startswith("act.") else act


def _title(act: str, key: str) -> Text:
    named = next((each.title for each in acts() if each.act == act), None)
    return named or norms()[key][1].what


def _successor(keys: tuple[str, ...]) -> Text | None:
    entries: list[Entry] = [norms()[key][1] for key in keys]
    return next((entry.successor for entry in entries if entry.successor), None)
