# SPDX-License-Identifier: Apache-2.0
"""OpenTelemetry logs over HTTP, translated into batches of the one journal."""

from __future__ import annotations

from starlette.routing import Route

from nadzor.base.home import Home


def routes(home: Home) -> list[Route]:
    """The addresses of this file."""
    return []
