# SPDX-License-Identifier: Apache-2.0
"""Enrolment: the key is made here and only its public half leaves."""

from __future__ import annotations

import http.client
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from nadzor_sdk.durable import sync_folder
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.enrolment import Credential, new_key
from nadzor_wire.keys import Ed25519PrivateKey, key_id
from nadzor_wire.note import NoteError, parse_vkey

PATH = "/api/v1/enrol"
ANSWER_S = 30.0


class EnrolmentError(Exception):
    """The platform did not enrol this installation; the text says why."""


def enrol(portal: str, token: str, out: Path) -> Credential:
    """Credential of a new installation, also written to `out`, readable by its owner only.

    Why: the key is on disk before the token is spent, so an answer that was lost can be asked for again
    with the same key.
    Raises: EnrolmentError, FileExistsError.
    """
    if out.exists():
        raise FileExistsError(out)
    private = _pending_key(out.with_name(out.name + ".key"))
    public = Ed25519PrivateKey.from_private_bytes(unb64(private, size=32)).public_key().public_bytes_raw()
    answer = _post(portal, {"token": token, "public_key": b64(public)})
    if answer.get("keyid") != key_id(public):
        raise EnrolmentError("the platform enrolled another key")
    try:
        credential = msgspec.convert({**answer, "private": private}, type=Credential)
        parse_vkey(credential.log_vkey)
    except (msgspec.ValidationError, NoteError) as bad:
        raise EnrolmentError(f"the platform's answer is not a credential: {bad}") from None
    _write_new(out, credential.encode())
    out.with_name(out.name + ".key").unlink()
    return credential


def _pending_key(path: Path) -> str:
    if not path.exists():
        _write_new(path, new_key()[0].encode())
    return path.read_text()


def _write_new(path: Path, content: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(fd)
    sync_folder(path.parent)


def _post(portal: str, content: dict[str, str]) -> dict[str, Any]:
    parts = urlsplit(portal.rstrip("/") + PATH)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=ANSWER_S)
    try:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        connection.request("POST", parts.path, body=msgspec.json.encode(content), headers=headers)
        answer = connection.getresponse()
        found = msgspec.json.decode(answer.read())
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as bad:
        raise EnrolmentError(f"no answer from {parts.netloc}: {bad}") from None
    finally:
        connection.close()
    if not isinstance(found, dict) or answer.status != 200:
        told = found if isinstance(found, dict) else {}
        raise EnrolmentError(f"{answer.status} {told.get('code', '')}: {told.get('title', 'refused')}")
    return found
