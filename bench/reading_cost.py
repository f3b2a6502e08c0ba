# SPDX-License-Identifier: Apache-2.0
"""What the log of readings costs a page: `NADZOR_HOME=DIR python bench/reading_cost.py` on a demo's DIR.

Units: milliseconds, p50 and p95.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from unittest.mock import patch

from django.conf import settings
from django.test import Client

from nadzor.site import asgi

PAGES = 60
INSERTS = 300


def measured(deed: Callable[[], object], times: int) -> str:
    """p50 and p95 of a deed."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - began) * 1e3)
    taken.sort()
    return f"p50 {taken[times // 2]:.1f}, p95 {taken[int(times * 0.95)]:.1f} ms"


def say(what: str, figures: str) -> None:
    """A line of the answer."""
    sys.stdout.write(f"{what}: {figures}\n")


def main() -> None:
    """One insert alone; a page with and without it, twice."""
    from nadzor.base import clock
    from nadzor.people.models import User
    from nadzor.records.reads import Reading, record_read

    assert asgi.application
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    account = User.objects.get(username="inspector")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    one = Reading(by="bench", role="inspector", way="portal", route="signals", subject="all devices")
    say("one insert", measured(lambda: record_read(one, now=clock.now()), INSERTS))
    for _ in range(2):
        say("page with", measured(lambda: client.get("/signals/"), PAGES))
        with patch("nadzor.site.reading_log.note_reading"):
            say("page without", measured(lambda: client.get("/signals/"), PAGES))


if __name__ == "__main__":
    main()
