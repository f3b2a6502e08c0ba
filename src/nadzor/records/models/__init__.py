# SPDX-License-Identifier: Apache-2.0
"""Tables of the records: deeds and readings, notices, files, the vault, what leaves the house."""

from __future__ import annotations

from nadzor.records.models.audit import AccessDeferral, AuditEntry, AuditSeal, ReadEntry, Tombstone
from nadzor.records.models.file import StoredFile
from nadzor.records.models.notice import Notice
from nadzor.records.models.open_row import OpenRow, OpenShelf
from nadzor.records.models.release import Embargo, Release
from nadzor.records.models.vault import LegalHold, ShredOrder, VaultEntry, VaultLook, VaultOpening
from nadzor.records.models.written_once import AppendOnly

__all__ = [
    "AccessDeferral",
    "AppendOnly",
    "AuditEntry",
    "AuditSeal",
    "Embargo",
    "LegalHold",
    "Notice",
    "OpenRow",
    "OpenShelf",
    "ReadEntry",
    "Release",
    "ShredOrder",
    "StoredFile",
    "Tombstone",
    "VaultEntry",
    "VaultLook",
    "VaultOpening",
]
