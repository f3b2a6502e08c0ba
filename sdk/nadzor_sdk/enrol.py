# SPDX-License-Identifier: Apache-2.0
"""Enrolment: the key is made here and only its public half leaves."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from nadzor_sdk.durable import sync_folder
from nadzor_sdk.portal import PortalError, ask_portal
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.enrolment import Credential, new_key
from nadzor_wire.note import NoteError, parse_vkey
from nadzor_wire.suites import DEFAULT, suite

PATH = "/api/v1/enrol"


class EnrolmentError(Exception):
    """The platform did not enrol this installation; the text says why."""


def enrol(portal: str, token: str, out: Path, *, suite_name: str = DEFAULT) -> Credential:
    """Credential of a new installation, also written to `out`, readable by its owner only.

    Why: the key is on disk before the token is spent, so an answer that was lost can be asked for again
    with the same key.
    Raises: EnrolmentError, FileExistsError, UnknownSuite.
    """
    if out.exists():
        raise FileExistsError(out)
    private = _pending_key(out.with_name(out.name + ".key"), suite_name)
    used = suite(suite_name)
    public = used.public_of(unb64(private))
    asked = {"token": token, "public_key": b64(public)}
    try:
        answer = ask_portal(portal, PATH, asked if suite_name == DEFAULT else asked | {"suite": suite_name})
    except PortalError as refused:
        raise EnrolmentError(str(refused)) from None
    if answer.get("keyid") != used.keyid_of(public):
        raise EnrolmentError("the platform enrolled another key")
    try:
        credential = msgspec.convert({**answer, "private": private}, type=Credential)
        parse_vkey(credential.log_vkey)
    except (msgspec.ValidationError, NoteError) as bad:
        raise EnrolmentError(f"the platform's answer is not a credential: {bad}") from None
    _write_new(out, credential.encode())
    out.with_name(out.name + ".key").unlink()
    return credential


def _pending_key(path: Path, suite_name: str) -> str:
    if not path.exists():
        _write_new(path, new_key(suite_name)[0].encode())
    return path.read_text()


def _write_new(path: Path, content: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(fd)
    sync_folder(path.parent)
