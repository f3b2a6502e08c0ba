# SPDX-License-Identifier: Apache-2.0
"""The key directory ready for judging, and the watch that reloads it when the file changes."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from nadzor.base.directory import (
    VALID_S,
    Directory,
    Holder,
    TokenHolder,
    fresh,
    holders,
    open_directory,
    token_holders,
)
from nadzor.base.problems import Refusal
from nadzor_wire.suites import SUITES, VerifyingKey, suite

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
        self._keys: dict[str, VerifyingKey] = {}
        self.spent = False  # in hand for longer than a directory is good, whatever the clock on the wall says

    def holder(self, keyid: str) -> Holder | None:
        """Whose key this is."""
        return self._holders.get(keyid)

    def public(self, keyid: str) -> VerifyingKey | None:
        """The key of a keyid; None when it is unknown, or when what was published is no key of its suite."""
        key = self._keys.get(keyid)
        if key is None and (holder := self._holders.get(keyid)) is not None:
            with suppress(ValueError):
                raw = base64.b64decode(holder.key.public, validate=True)
                key = self._keys[keyid] = suite(holder.key.suite).verifying(raw)
        return key

    def beyond_us(self, keyid: str) -> bool:
        """Whether the key is known but of a suite that this gateway cannot check."""
        holder = self._holders.get(keyid)
        return holder is not None and holder.key.suite not in SUITES

    def token(self, digest: str) -> TokenHolder | None:
        """Whose bearer token has this digest."""
        return self._tokens.get(digest)

    def fresh(self, now: datetime) -> bool:
        """Whether this edition may still be believed."""
        return not self.spent and fresh(self.directory, now)


class DirectoryWatch:
    """The newest good directory in a file, looked at no more than once a second.

    Why: a damaged or older file is not followed; the one at hand is used until it goes stale, and then every
    batch waits, because a revocation may have been missed. An edition is also laid down after a minute in
    hand: a clock on the wall that stands still or goes back does not lengthen it.
    """

    def __init__(self, path: Path, public: str) -> None:
        self._path = path
        self._public = public
        self._looked_at = self._followed_at = float("-inf")
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
            self._look(monotonic_s)
        if self._ring is not None:
            self._ring.spent = monotonic_s - self._followed_at >= VALID_S
        return self._ring

    def _look(self, monotonic_s: float) -> None:
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
        self._follow(found, monotonic_s)

    def _follow(self, found: Directory, monotonic_s: float) -> None:
        if self._ring is not None and found.serial < self._ring.serial:
            log.warning("gateway.directory.older", serial=found.serial, kept=self._ring.serial)
            return
        if self._ring is None or found.serial > self._ring.serial:
            self._followed_at = monotonic_s
        self._ring = KeyRing(found)
