# SPDX-License-Identifier: Apache-2.0
"""How serious an adverse event is for its clock: threat, death or other, and which word of it decided.

A serious injury alone keeps the clock of other cases: the shorter one is for death and for an unforeseen
serious deterioration, and whether a deterioration was unforeseen or threatened life is said by codes F21 and
F1203, which we do not guess from the kind of the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

import msgspec

Seriousness = Literal["threat", "death", "other"]
#: From the gravest on: the shortest term first.
GRAVITY: Final[tuple[Seriousness, ...]] = get_args(Seriousness)
THREAT: Final = ("F20",)
DEATH: Final = ("F02", "F21", "F1203")
REPORT: Final[Mapping[Seriousness, str]] = {
    "threat": "vigilance.report.public_health_threat",
    "death": "vigilance.report.death",
    "other": "vigilance.report.other",
}


class Judged(msgspec.Struct, frozen=True):
    """The seriousness, and the code or kind of event that made it so; empty for other cases."""

    value: Seriousness
    decided_by: str = ""


def seriousness(event_type: str, effects: Iterable[str]) -> Judged:
    """The seriousness of an event by its kind and its codes of annex F, a narrower code counting as its root.

    Law: Order 1113n (reported): T-20 follows a threat to public health, T-21 death or unforeseen serious
    deterioration, T-22 the rest; which code means which is our own reading of the terminology.

    >>> seriousness("malfunction", ["F0201"])
    Judged(value='death', decided_by='F0201')
    >>> seriousness("serious_injury", ["F12"])
    Judged(value='other', decided_by='')
    """
    codes = tuple(effects)
    if found := _first(codes, THREAT) or _kind(event_type, "public_health_threat"):
        return Judged("threat", found)
    if found := _first(codes, DEATH) or _kind(event_type, "death"):
        return Judged("death", found)
    return Judged("other")


def graver(value: Seriousness, than: Seriousness) -> bool:
    """Whether one seriousness has the shorter term.

    Law: Order 1113n (reported): 2, 10 and 30 days.
    """
    return GRAVITY.index(value) < GRAVITY.index(than)


def as_seriousness(text: str) -> Seriousness:
    """A kept word as a seriousness; what is none counts as other.

    Law: none; a word.
    """
    return next((each for each in GRAVITY if each == text), "other")


def _first(codes: Iterable[str], roots: tuple[str, ...]) -> str:
    return next((code for code in codes if code.startswith(roots)), "")


def _kind(event_type: str, wanted: str) -> str:
    return wanted if event_type == wanted else ""
