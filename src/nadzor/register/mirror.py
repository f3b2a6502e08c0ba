# SPDX-License-Identifier: Apache-2.0
"""What the official register said when it was last read, beside what ours says.

"Could not check" is never told as "absent": a failed reading leaves the last good one standing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from nadzor.base.identifiers import normalise_number
from nadzor.base.problems import Text
from nadzor.register.entry_form import is_draft_number
from nadzor.register.entry_words import words
from nadzor.register.fold import fold
from nadzor.register.mirror_rows import OfficialRow
from nadzor.register.models import MirrorEntry, MirrorSync
from nadzor.register.revision_cards import Difference, Entry

GONE: Final[dict[str, Any]] = {"gone": True}
State = Literal["never", "no_number", "same", "differs", "absent"]
# The official register's own words for a state; a word that is not here is shown and not compared.
_STATUSES: Final = {
    fold(word): status
    for status, known in {
        "registered": ("registered", "действует", "действующее", "зарегистрировано"),
        "suspended": ("suspended", "приостановлено", "применение приостановлено"),
        "cancelled": ("cancelled", "отменено", "аннулировано", "недействующее"),
    }.items()
    for word in known
}


class Reading(Struct, frozen=True):
    """How the readings of the official register stand: the last good one, and since when they fail."""

    source: str = ""
    read_at: datetime | None = None
    entries: int = 0
    failing_since: datetime | None = None
    why: str = ""


class MirrorCard(Struct, frozen=True):
    """One entry beside the official register; `state` is as of the last good reading."""

    state: State
    reading: Reading
    differences: tuple[Difference, ...] = ()
    official: OfficialRow | None = None


def reading() -> Reading:
    """The state of the readings."""
    good = MirrorSync.objects.filter(outcome="read").order_by("-id").first()
    failed = MirrorSync.objects.filter(outcome="failed", id__gt=good.pk if good else 0).order_by("id")
    first, last = failed.first(), failed.last()
    return Reading(
        source=good.source if good else (last.source if last else ""),
        read_at=good.at if good else None,
        entries=good.entries if good else 0,
        failing_since=first.at if first else None,
        why=last.why if last else "",
    )


def beside(entry: Entry) -> MirrorCard:
    """One of our entries beside the official one; nothing is looked for under a draft number of ours."""
    stand = reading()
    if stand.read_at is None:
        return MirrorCard("never", stand)
    if is_draft_number(entry.number):
        return MirrorCard("no_number", stand)
    row = MirrorEntry.objects.filter(number=normalise_number(entry.number)).order_by("-id").first()
    if row is None or row.content == GONE:
        return MirrorCard("absent", stand)
    official = msgspec.convert(row.content, OfficialRow)
    found = compare(entry, official)
    return MirrorCard("differs" if found else "same", stand, found, official)


def compare(entry: Entry, official: OfficialRow) -> tuple[Difference, ...]:
    """Where our entry and the official one part; what theirs leaves out or says strangely is not compared."""
    ours = {
        "name": entry.name.ru,
        "registered_on": entry.registered_on,
        "risk_class": entry.risk_class,
        "status": entry.status,
        "maker": entry.maker.inn,
    }
    theirs = {name: getattr(official, name) for name in ours} | {"maker": official.maker_inn}
    return tuple(
        Difference(key, words().fields[key], _told(key, ours[key]), _told(key, theirs[key]))
        for key in ours
        if ours[key] and theirs[key] and not _same(key, ours[key], theirs[key])
    )


def _same(key: str, ours: object, theirs: object) -> bool:
    if key == "status":
        return _STATUSES.get(fold(str(theirs)), ours) == ours
    return fold(str(ours)) == fold(str(theirs))


def _told(key: str, value: object) -> Text:
    plain = Text(str(value), str(value))
    return words().statuses.get(str(value), plain) if key == "status" else plain


def known_numbers() -> dict[str, str]:
    """The digest of what the official register last said about each number."""
    return dict(MirrorEntry.objects.order_by("id").values_list("number", "digest"))
