# SPDX-License-Identifier: Apache-2.0
"""The key directory ready for judging, and the watch that reloads it when the file changes."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nadzor.base.directory import (
    Directory,
    Holder,
    TokenHolder,
    fresh,
    holders,
    open_directory,
    token_holders,
)
from nadzor.base.problems import Refusal

log = structlog.get_logger()

LOOK_S: Final = 1.0  # a revocation waits for publishing (15 s), not for us
LOOK_AGAIN_S: Final = 0.05  # strangers may not make us read the file for every batch


class KeyRing:
    """One edition of the directory; keys are parsed when first used."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.serial = directory.serial
        self._holders = holders(directory)
        self._tokens = token_holders(directory)
        self._keys: dict[str, Ed25519PublicKey] = {}

    def holder(self, keyid: str) -> Holder | None:
        """Whose key this is."""
        return self._holders.get(keyid)

    def public(self, keyid: str) -> Ed25519PublicKey | None:
        """The key of a keyid; None when it is unknown, or when what was published is no key."""
        key = self._keys.get(keyid)
        if key is None and (holder := self._holders.get(keyid)) is not None:
            with suppress(ValueError):
                raw = base64.b64decode(holder.key.public, validate=True)
                key = self._keys[keyid] = Ed25519PublicKey.from_public_bytes(raw)
        return key

    def token(self, digest: str) -> TokenHolder | None:
        """Whose bearer token has this digest."""
        return self._tokens.get(digest)

    def fresh(self, now: datetime) -> bool:
        """Whether this edition may still be believed."""
        return fresh(self.directory, now)


class DirectoryWatch:
    """The newest good directory in a file, looked at no more than once a second.

    Why: a damaged or older file is not followed; the one at hand is used until it goes stale, and then every
    batch waits, because a revocation may have been missed.
    """

    def __init__(self, path: Path, public: str) -> None:
        self._path = path
        self._public = public
        self._looked_at = float("-inf")
        self._seen: tuple[int, int, int] | None = None
        self._ring: KeyRing | None = None

    @property
    def newest(self) -> KeyRing | None:
        """The key ring at hand, however old."""
        return self._ring

    def ring(self, monotonic_s: float) -> KeyRing | None:
        """The key ring to judge with; None before the first directory was published."""
        return self._looked(monotonic_s, every_s=LOOK_S)

    def ring_again(self, monotonic_s: float) -> KeyRing | None:
        """The same for a key that nobody seems to hold: it may have been enrolled a moment ago."""
        return self._looked(monotonic_s, every_s=LOOK_AGAIN_S)

    def _looked(self, monotonic_s: float, *, every_s: float) -> KeyRing | None:
        if monotonic_s - self._looked_at >= every_s:
            self._looked_at = monotonic_s
            self._look()
        return self._ring

    def _look(self) -> None:
        try:
            stat = self._path.stat()
            seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if seen == self._seen:
                return
            found = open_directory(self._path.read_bytes(), self._public)
        except FileNotFoundError:
            return
        except (Refusal, OSError) as error:
            log.warning("gateway.directory.unreadable", kind=type(error).__name__)
            return
        self._seen = seen
        self._follow(found)

    def _follow(self, found: Directory) -> None:
        if self._ring is not None and found.serial < self._ring.serial:
            log.warning("gateway.directory.older", serial=found.serial, kept=self._ring.serial)
            return
        self._ring = KeyRing(found)
