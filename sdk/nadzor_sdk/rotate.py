# SPDX-License-Identifier: Apache-2.0
"""Rotation: the next key is made here, asked for by the present one, and takes its place in one file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, structs

from nadzor_sdk import clock
from nadzor_sdk.durable import sync_folder, write_atomic
from nadzor_sdk.portal import PortalError, ask_portal
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import Credential, FormerKey, new_key, parse_credential
from nadzor_wire.rotation import PATH, NewKey, sign_rotation

FORMER_MAX = 8  # keys whose receipts may still come: a year each


class Rotated(Struct, frozen=True):
    """The credential with its new key, and how long the former one still counts."""

    credential: Credential
    former: str
    former_until: datetime


class RotationError(Exception):
    """The key was not rotated; the old one goes on, and the same command may be given again."""


def rotate(file: Path, *, portal: str | None = None, suite: str | None = None) -> Rotated:
    """Gives the installation of a credential file a new key, of the present suite or another.

    Durability: the new key is on disk before it is asked for, so that a lost answer can be asked for again;
    the file then changes in one step, and what ran under the old key goes on for the days of the overlap.
    The former file stays beside it as `.former` until the next rotation: a portal that had to go back to an
    older state knows that key alone.
    Concurrency: one rotation at a time in a folder. Raises: RotationError, CredentialError, OSError.
    """
    with _alone(file.parent):
        written = file.read_bytes()
        present = parse_credential(written)
        if portal and not present.portal:
            present = structs.replace(present, portal=portal.rstrip("/"))
        address = (portal or present.portal).rstrip("/")
        if not address:
            raise RotationError("the credential does not say where the portal is: name it by --url")
        waiting = file.with_name(file.name + ".next")
        new = _pending(waiting, present, suite)
        answer = _answer(address, present, new)
        rotated = _rotated(present, new, answer)
        write_atomic(file.with_name(file.name + ".former"), written)
        write_atomic(file, rotated.credential.encode())
        waiting.unlink()
        sync_folder(file.parent)
        return rotated


def _pending(waiting: Path, present: Credential, suite: str | None) -> NewKey:
    """The key that is asked for: the one of an earlier attempt, or a fresh one, durable on return."""
    if waiting.exists():
        found = _read(waiting)
        if found.keyid() != present.keyid:
            if suite not in (None, found.suite):
                raise RotationError(f"a key of suite {found.suite} waits in {waiting}: finish with it first")
            return found
    name = suite or present.suite
    try:
        private, _, _ = new_key(name)
    except ValueError as bad:
        raise RotationError(str(bad)) from None
    fresh = NewKey(private, name)
    write_atomic(waiting, msgspec.json.encode(fresh))
    return fresh


def _read(waiting: Path) -> NewKey:
    try:
        found = msgspec.json.decode(waiting.read_bytes(), type=NewKey)
        found.keyid()
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        raise RotationError(f"{waiting} holds no key: move it away") from None
    return found


def _answer(address: str, present: Credential, new: NewKey) -> dict[str, Any]:
    """What the portal says, asked once more with its own time if ours is off."""
    try:
        return ask_portal(address, PATH, sign_rotation(present, new, created=int(clock.now_s())))
    except PortalError as refused:
        moment = _server_time(refused)
        if moment is None:
            raise RotationError(str(refused)) from None
    try:
        return ask_portal(address, PATH, sign_rotation(present, new, created=int(moment.timestamp())))
    except PortalError as refused:
        raise RotationError(str(refused)) from None


def _server_time(refused: PortalError) -> datetime | None:
    told = refused.problem.get("server_time")
    if refused.code != "rotate.time" or not isinstance(told, str):
        return None
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


class _Answer(Struct, frozen=True):
    """What is taken from an answer; all else about the installation stays as it was pinned."""

    installation: str
    device: str
    keyid: str
    log_vkey: str
    directory_serial: int
    enrolled_at: datetime
    former: str
    former_until: datetime


def _rotated(present: Credential, new: NewKey, answer: dict[str, Any]) -> Rotated:
    try:
        told = msgspec.convert(answer, type=_Answer)
    except msgspec.ValidationError as bad:
        raise RotationError(f"the portal's answer is not one: {bad}") from None
    pinned = (present.installation, present.device, present.log_vkey, present.keyid, new.keyid())
    if (told.installation, told.device, told.log_vkey, told.former, told.keyid) != pinned:
        raise RotationError("the portal answered for another installation, log or key")
    earlier = FormerKey(present.keyid, b64(present.public()), present.suite)
    credential = structs.replace(
        present,
        keyid=told.keyid,
        private=new.private,
        suite=new.suite,
        directory_serial=told.directory_serial,
        enrolled_at=told.enrolled_at,
        former=(earlier, *present.former)[:FORMER_MAX],
    )
    return Rotated(credential, told.former, told.former_until)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time.  Why: two rotations at once would each ask for a key of their own."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
