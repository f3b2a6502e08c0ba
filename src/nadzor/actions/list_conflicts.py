# SPDX-License-Identifier: Apache-2.0
"""List the batches that claimed taken numbers with other bytes, and whose keys signed them."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.journal.integrity import CONFLICT
from nadzor.journal.opening import open_reader
from nadzor.register.models import InstallationKey


class ConflictNote(Struct, frozen=True, kw_only=True):
    """One refused batch: when, its digest and first number; whose, as far as the key is in the register."""

    at: datetime
    digest: str
    first: int | None
    keyid: str | None
    installation: str | None
    device: str | None


def list_conflicts(home: Home, *, device: str | None = None) -> list[ConflictNote]:
    """The conflicts of a device's keys, or of all; as far as they were kept one by one."""
    with closing(open_reader(home)) as reader:
        refused = [batch for batch in reader.refusals() if batch.code == CONFLICT]
    keys = InstallationKey.objects.filter(keyid__in={batch.keyid for batch in refused if batch.keyid})
    owners = {
        keyid: (installation, code)
        for keyid, installation, code in keys.values_list(
            "keyid", "installation_id", "installation__device__code"
        )
    }
    found = []
    for batch in refused:
        installation, code = owners.get(batch.keyid or "", (None, None))
        found.append(
            ConflictNote(
                at=batch.at, digest=batch.digest, first=batch.seq, keyid=batch.keyid,
                installation=installation, device=code,
            )
        )  # fmt: skip
    return [note for note in found if device in (None, note.device)]
