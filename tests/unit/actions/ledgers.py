# SPDX-License-Identifier: Apache-2.0
"""A device whose ledgers are not empty: a conflict, a fork, a gap, four restores."""

from __future__ import annotations

from collections import Counter

import msgspec

from nadzor.actions.enrol_installation import enrol_installation
from nadzor.actions.import_register import import_register
from nadzor.actions.issue_token import issue_token
from nadzor.journal.entry import RefusalNote
from nadzor.journal.opening import open_journal
from nadzor.people.queries import CONSOLE
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import new_key
from tests.register_samples import CLINIC_OID, NOW, device, register
from tests.unit.journal.entries import entry


def enrolled(home):
    """A registered device with an installation; its credential."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    token = issue_token(home, device="ai-901", clinic_oid=CLINIC_OID, by=CONSOLE, now=NOW)
    return enrol_installation(home, token=token, public_key=b64(new_key()[1]), now=NOW)


def trouble(home, made, *, restores=4):
    """Write all of it into the journal; without restores, one conflict more."""
    journal = open_journal(home)
    whose = {"installation": made.installation, "device": "ai-901", "keyid": made.keyid}
    journal.append([entry(1, 2, **whose), entry(5, 6, prev=b"x" * 32, **whose)])
    for number in range(restores):
        one = entry(stream=bytes([60 + number]) * 16, **whose)
        header = msgspec.structs.replace(one.header, restored=True)
        journal.append([msgspec.structs.replace(one, header=header)])
    notes = [
        RefusalNote(at=NOW, code="batch.conflict", digest=digest * 32, seq=1, keyid=keyid)
        for digest, keyid in (("ab" if restores else "cd", made.keyid), ("ef", "nobody"))
    ]
    journal.count_refused(Counter({("2026-11-21", "batch.conflict"): 2}), notes)
    journal.close()
