# SPDX-License-Identifier: Apache-2.0
"""Where a running client finds its key: a rotated credential file is noticed without a restart."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from nadzor_sdk.health import logger
from nadzor_wire.enrolment import Credential, CredentialError, parse_credential

Source: TypeAlias = Credential | Mapping[str, Any] | str | os.PathLike[str]


class CredentialFile:
    """A credential and, if it came from a file, the file.

    Concurrency: one thread. Absence: a file that is gone, unreadable or somebody else's changes nothing; the
    key in hand goes on. Raises: CredentialError, OSError at the start only.
    """

    def __init__(self, source: Source) -> None:
        self._path = Path(source) if isinstance(source, (str, os.PathLike)) else None
        self._seen = self._stamp()
        self._credential = _load(source)

    def current(self) -> Credential:
        """The credential as the file has it now."""
        stamp = self._stamp()
        if self._path is not None and stamp is not None and stamp != self._seen:
            self._seen = stamp
            self._take_up(self._path)
        return self._credential

    def _take_up(self, path: Path) -> None:
        try:
            fresh = parse_credential(path.read_bytes())
        except (OSError, CredentialError):
            logger.error("nadzor credential file cannot be read; the key in use stays")
            return
        if _identity(fresh) != _identity(self._credential):
            logger.error("nadzor credential file is another installation's or log's; restart to use it")
            return
        if fresh.keyid != self._credential.keyid:
            logger.info("nadzor goes on with key %s", fresh.keyid)
        self._credential = fresh

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat() if self._path else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ino, found.st_size) if found else None


def _identity(credential: Credential) -> tuple[str, str, str]:
    """What never changes while a client runs; the log's key is pinned."""
    return credential.installation, credential.device, credential.log_vkey


def _load(source: Source) -> Credential:
    if isinstance(source, Credential):
        return source
    if isinstance(source, Mapping):
        return parse_credential(msgspec.json.encode(source))
    return parse_credential(Path(source).read_bytes())
