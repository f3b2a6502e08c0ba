# SPDX-License-Identifier: Apache-2.0
"""Wait until a gateway judges by the register as it stands now."""

from __future__ import annotations

import http.client
import time
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from nadzor.actions.publish_directory import publish_directory
from nadzor.base.home import Home

LIMIT_S: Final = 5.0  # a gateway looks once a second
PAUSE_S: Final = 0.05


class Ready(Struct, frozen=True):
    """What the gateway's readiness page says of the key directory it holds."""

    directory: int | None = None


def await_directory(home: Home, *, gateway: str, now: datetime, limit_s: float = LIMIT_S) -> bool:
    """Publish the key directory and wait until the gateway has read it; whether it has, within the limit.

    Why: what is sent sooner is refused as coming from a stranger, and an unknown finding is refused for good.
    """
    serial = publish_directory(home, now=now).serial
    until = time.monotonic() + limit_s
    while (_serial(gateway) or 0) < serial:
        if time.monotonic() > until:
            return False
        time.sleep(PAUSE_S)
    return True


def _serial(gateway: str) -> int | None:
    parts = urlsplit(gateway)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=LIMIT_S)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/health/ready")
        return msgspec.json.decode(connection.getresponse().read(), type=Ready).directory
    except (OSError, http.client.HTTPException, msgspec.MsgspecError):
        return None
    finally:
        connection.close()
