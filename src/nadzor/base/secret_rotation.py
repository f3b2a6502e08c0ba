# SPDX-License-Identifier: Apache-2.0
"""Change the secret of sessions; what was made under the former one holds until that is taken away.

The files, each written whole and in this order: `factors.key` (where it is not there yet: seeds of second
factors and recovery codes stay under what they were made with), `secret-former.key`, `secret.key`.  Killed
between any two, the house opens as before, and the next run goes on.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from nadzor_wire.base64text import b64

from .durable import sync_directory, write_atomic
from .home import FACTORS, FORMER, SECRET, Home
from .lock import alone
from .problems import Refusal

_LOCK: Final = ".secret.lock"


def rotate(home: Home) -> None:
    """A fresh secret; the former one opens what it made, and makes nothing more.

    Raises: Refusal home.secret-rotating when a former secret is still heeded.
    """
    with alone(home.root / _LOCK):
        now = home.secret(SECRET)
        if home.former_secrets():
            raise Refusal("home.secret-rotating")
        for name in (FACTORS, FORMER):
            if name == FORMER or not _path(home, name).exists():
                _write(home, name, now)
        _write(home, SECRET, secrets.token_bytes(len(now)))


def finish(home: Home) -> None:
    """Take the former secret away; sessions that nobody used since the rotation end.

    Raises: Refusal home.secret-not-rotated when there is none.
    """
    with alone(home.root / _LOCK):
        if not home.former_secrets():
            raise Refusal("home.secret-not-rotated")
        _path(home, FORMER).unlink()
        sync_directory(home.keys)


def _path(home: Home, name: str) -> Path:
    return home.keys / f"{name}.key"


def _write(home: Home, name: str, content: bytes) -> None:
    write_atomic(_path(home, name), b64(content).encode() + b"\n", mode=0o600)
