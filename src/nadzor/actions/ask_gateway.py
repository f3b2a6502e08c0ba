# SPDX-License-Identifier: Apache-2.0
"""Ask the gateway on this machine for its numbers; one that runs elsewhere is watched there."""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from contextlib import closing, suppress
from typing import Final

from nadzor.base.home import Home
from nadzor.base.web import Site, Unreachable, parts_of

TIMEOUT_S: Final = 2.0  # a page waits for it
SUMMED: Final = frozenset({"waiting", "waiting_bytes", "held_bytes", "connections"})
_LINE: Final = re.compile(r"nadzor_gateway_([a-z_]+)\{[^}]*\} ([0-9.e+]+)")


def gateway_numbers(home: Home) -> dict[str, float] | None:
    """Its gauges, summed over its workers; None when none answers on this machine."""
    if not _is_here(parts_of(home.settings.public_url).hostname or ""):
        return None
    try:
        with closing(Site(home.settings.public_url, timeout_s=TIMEOUT_S)) as site:
            answer = site.get("/metrics")
    except Unreachable:
        return None
    if answer.status != 200:
        return None
    found: dict[str, float] = defaultdict(float)
    for name, value in _LINE.findall(answer.body.decode("utf-8", errors="replace")):
        if name in SUMMED:
            found[name] += float(value)
    return dict(found)


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
