# SPDX-License-Identifier: Apache-2.0
"""A folder of backups: which are whole, which is the newest, which go."""

from __future__ import annotations

import fcntl
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from nadzor.base.durable import sync_directory
from nadzor.base.lock import alone
from nadzor.base.problems import Refusal

from .manifest import NAME, SEAL

UNFINISHED: Final = ".unfinished-"
_NAME: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
_OWNED: Final = "owned"


def whole_backups(shelf: Path) -> list[Path]:
    """The backups of a folder that were finished, oldest first."""
    with suppress(FileNotFoundError, NotADirectoryError):
        named = sorted(one for one in shelf.iterdir() if _NAME.fullmatch(one.name))
        return [one for one in named if (one / NAME).is_file() and (one / SEAL).is_file()]
    return []


def backup_at(place: Path) -> Path:
    """The backup that is meant by a path: itself, or the newest whole one in a folder of backups.

    Raises: Refusal backup.none.
    """
    if (place / NAME).is_file():
        return place
    found = whole_backups(place)
    if not found:
        raise Refusal("backup.none", path=str(place))
    return found[-1]


@contextmanager
def begun(shelf: Path, now: datetime) -> Iterator[Path]:
    """A folder for a new backup: under its own name when it was finished, gone when it was not.

    Why: whoever is killed leaves a name that no reader takes for a backup; the kernel lets go of its lock,
    and the next one sweeps it away.
    """
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    folder = shelf / f"{UNFINISHED}{name}"
    with ExitStack() as held:
        with alone(shelf / ".lock"):  # nobody sweeps between the name and its lock
            folder.mkdir(mode=0o700)
            owner = held.enter_context((folder / _OWNED).open("w"))
            fcntl.flock(owner, fcntl.LOCK_EX)
            _sweep(shelf)
        try:
            yield folder
            (folder / _OWNED).unlink()
            sync_directory(folder)
            folder.rename(shelf / name)
            sync_directory(shelf)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def drop_old(shelf: Path, keep: int) -> int:
    """Remove the oldest backups beyond so many. Returns how many went."""
    old = whole_backups(shelf)[:-keep]
    for one in old:
        aside = one.with_name(f"{UNFINISHED}{one.name}")
        one.rename(aside)  # half a backup is none from here on
        shutil.rmtree(aside)
    sync_directory(shelf)
    return len(old)


def _sweep(shelf: Path) -> None:
    """Remove what killed ones left."""
    for folder in shelf.glob(f"{UNFINISHED}*"):
        if not _is_owned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_owned(folder: Path) -> bool:
    try:
        with (folder / _OWNED).open("r+") as owner:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
