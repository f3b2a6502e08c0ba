# SPDX-License-Identifier: Apache-2.0
"""The public face of the log: checkpoint, key and hash tiles, nothing of any entry."""

from __future__ import annotations

from starlette.routing import Route

from nadzor.base.home import Home


def routes(home: Home) -> list[Route]:
    """The addresses of this file."""
    return []
