# SPDX-License-Identifier: Apache-2.0
"""Connect one installation that lives on this machine: token, own key, and the credential it keeps."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.issue_token import issue_token
from nadzor.base.durable import write_atomic
from nadzor.base.home import SANDBOX, Home
from nadzor.base.lock import alone
from nadzor.people.queries import CONSOLE
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import Credential, new_key, parse_credential


def connect_installation(
    home: Home, room: Path, *, device: str, clinic_oid: str | None, now: datetime, gateway: str | None = None
) -> Credential:
    """The credential kept in `room`, made on the first call; the gateway's address is always today's.

    Why: a gateway may be opened at another address than the home's own, which `gateway` then names.
    Without a clinic it is a test bench, which reports to the sandbox.
    """
    room.mkdir(parents=True, exist_ok=True)
    file = room / "credential.json"
    with alone(room / ".lock"):
        if not file.exists():
            token = issue_token(home, device=device, clinic_oid=clinic_oid, by=CONSOLE, now=now)
            write_atomic(file, _enrolled(home, token, now=now).encode(), mode=0o600)
    kept = parse_credential(file.read_bytes())
    address = gateway or home.settings.public_url
    return msgspec.structs.replace(
        kept, gateway=address + ("" if kept.log_vkey == home.log_vkey else SANDBOX)
    )


def _enrolled(home: Home, token: str, *, now: datetime) -> Credential:
    private, public, _ = new_key()
    answer = enrol_installation(home, token=token, public_key=b64(public), now=now)
    return Credential(private=private, **msgspec.structs.asdict(answer))
