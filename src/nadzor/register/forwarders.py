# SPDX-License-Identifier: Apache-2.0
"""Which installations may report without signing, and until when; a token itself is nowhere."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from nadzor.register.models import ForwarderToken


class ForwarderCard(Struct, frozen=True):
    """One bearer token: what a leaf calls it, whose it is, when it counts."""

    name: str
    installation: str
    device: str
    site: str
    sandbox: bool
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def forwarders(device: str | None = None) -> list[ForwarderCard]:
    """The tokens of a device, or of all, the oldest first."""
    rows = ForwarderToken.objects.select_related("installation__device")
    if device is not None:
        rows = rows.filter(installation__device__code=device)
    return [
        ForwarderCard(
            name=f"t-{row.digest[:16]}",
            installation=row.installation_id,
            device=row.installation.device.code,
            site=row.installation.site,
            sandbox=row.installation.sandbox,
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    ]
