# SPDX-License-Identifier: Apache-2.0
"""The gateway described for programs (OpenAPI 3.1)."""

from __future__ import annotations

from starlette.routing import Route

from nadzor.base.home import Home


def routes(home: Home) -> list[Route]:
    """The addresses of this file."""
    return []
