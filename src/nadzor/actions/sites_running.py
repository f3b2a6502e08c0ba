# SPDX-License-Identifier: Apache-2.0
"""Find the sites where a device works: by its studies of the last ninety days, and by its installations."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Final

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.register import queries as register
from nadzor.telemetry.store import Rollups
from nadzor.workdays.calendar import ONE_DAY

LOOK_BACK: Final = 89 * ONE_DAY  # with the last day ninety: a quarter with its holidays


class SiteAtWork(Struct, frozen=True, order=True):
    """A site and the versions seen there; none where an installation stands that has not reported yet."""

    site: str
    versions: tuple[str, ...]


def sites_running(
    home: Home, device: str, *, versions: tuple[str, ...] = (), today: date
) -> tuple[SiteAtWork, ...]:
    """Every site of a device, or of some of its versions, ordered by pseudonym.

    Method: studies of the last ninety days that are known, by version and site; installations of sites that
    never reported are counted in whatever the version, since what they run is not known.
    Why not the last day alone: a clinic that pauses for a holiday will switch the device on again.
    """
    seen = _seen(home, device, today)
    found = {site: ran for site, ran in seen.items() if not versions or any(one in versions for one in ran)}
    silent = {card.site for card in register.installations(device)} - seen.keys()
    return tuple(sorted([*(SiteAtWork(site, ran) for site, ran in found.items()), *_silent(silent)]))


def _silent(sites: set[str]) -> list[SiteAtWork]:
    return [SiteAtWork(site, ()) for site in sites]


def _seen(home: Home, device: str, today: date) -> dict[str, tuple[str, ...]]:
    try:
        rollups = Rollups.open(home)
    except Refusal:
        return {}
    last = min(rollups.manifest.known_until or today, today)
    found: dict[str, set[str]] = defaultdict(set)
    rows = rollups.totals("studies", by=("version", "site"), device=device, since=last - LOOK_BACK)
    for version, site, _n in rows:
        found[site].add(version)
    return {site: tuple(sorted(ran)) for site, ran in found.items() if site}
