# SPDX-License-Identifier: Apache-2.0
"""The reference page of the API, drawn from its own description."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from nadzor.api.description import MAY

HEAD: Final = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Drawn from the API's own description by src/nadzor/api/reference.py; a test compares the two. -->

# API

Everything stands under `/api/v1`; `GET /api/v1/openapi.json` describes every field, with examples.
Errors are problem documents (RFC 9457) in Russian or English by `Accept-Language`; `/api/v1/problems` lists
them all.

- **Signing in.**  A program sends `Authorization: Bearer` with a personal token, made by
  `nadzor account token USERNAME --days 90 [--write]` and revoked by `nadzor account token-revoke PREFIX`.  It
  acts as its owner: in that role, for that organisation, never more; without `--write` it only reads.  A
  browser uses the portal's session and sends the header `X-CSRFToken` with whatever writes.
- **Permissions.**  Which role may make which move from which state: [permissions.md](permissions.md), and
  as JSON at `/procedures/{name}/permissions`.  A filing somebody may not see is not there for them (404).
- **Twice is once.**  Where `Idempotency-Key` is named, the same call under the same key within 24 hours is
  made once and answered twice.  `expected_state` in a move refuses (409, with the state) when the filing has
  moved on since it was read.
- **Lists** are newest first after a cursor (`after` takes `next`); `changed_since` takes the `as_of` of the
  call before.
- **Dates** come with the norm and the arithmetic they follow from.  Where no norm or no calendar reaches, the
  date is missing and says why; receiving goes on.

"""
SECTION: Final = """## {tag}

| | address | who may | what |
|---|---|---|---|
{rows}
"""
#: Who may where nobody signs in: a key or a token of another kind opens these.
OPEN: Final = {"seams": "a state system, by its key", "installations": "whoever holds the one-time token"}
EVERYONE: Final = "everyone"


def reference_page(page: Mapping[str, Any]) -> str:
    """Every operation by subject: method, address, who may, what; as Markdown."""
    return HEAD + "\n".join(
        SECTION.format(tag=tag, rows="\n".join(rows)) for tag, rows in _by_tag(page).items()
    )


def _by_tag(page: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, methods in page["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_row(method, path, operation))
    return dict(sorted(found.items()))


def _row(method: str, path: str, operation: Mapping[str, Any]) -> str:
    cells: Iterable[str] = (
        f"`{method.upper()}`",
        f"`{path.removeprefix('/api/v1')}`",
        operation.get(MAY) or OPEN.get(operation["tags"][0], EVERYONE),
        str(operation.get("description", "")).partition("\n")[0],
    )
    return f"| {' | '.join(cells)} |"
