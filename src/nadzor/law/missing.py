# SPDX-License-Identifier: Apache-2.0
"""Why no norm is in force on a day: never read, not yet in force, lapsed, or between two editions."""

from __future__ import annotations

from datetime import date

from nadzor.base.problems import Text
from nadzor.law.norm import NO_EDITION, Entry
from nadzor.workdays.spoken import plain


def why_missing(entry: Entry, on: date) -> Text:
    """Why nothing covers this day, in words a person can act on.

    Law: a lapsed rule has no guessed successor.
    """
    if not entry.values:
        return entry.hole or NO_EDITION
    first, last = entry.values[0].start, entry.values[-1].until
    if on < first:
        return Text(ru=f"норма действует с {plain(first).ru}", en=f"it applies from {plain(first).en} only")
    if last is None or on < last:
        return NO_EDITION
    lapsed = Text(ru=f"норма утратила силу {plain(last).ru}", en=f"the rule lapsed on {plain(last).en}")
    after = entry.successor or Text(ru="преемник неизвестен", en="its successor is unknown")
    return Text(ru=f"{lapsed.ru}, {after.ru}", en=f"{lapsed.en}, {after.en}")
