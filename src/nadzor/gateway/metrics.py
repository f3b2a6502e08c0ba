# SPDX-License-Identifier: Apache-2.0
"""Numbers about the gateway for whoever runs it: no names of clinics, no values of events."""

from __future__ import annotations

from starlette.routing import Route

from nadzor.base.home import Home


def routes(home: Home) -> list[Route]:
    """The addresses of this file."""
    return []
