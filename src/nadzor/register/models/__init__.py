# SPDX-License-Identifier: Apache-2.0
"""Tables of the register.  Only this room and `actions` import them; every other room reads `queries`."""

from __future__ import annotations

from nadzor.register.models.authority import Delegation, Interest
from nadzor.register.models.baseline import Baseline
from nadzor.register.models.determination import Opinion
from nadzor.register.models.device import (
    CLASSES,
    METRICS,
    STATUSES,
    Build,
    Claim,
    Device,
    EnrolmentToken,
    Installation,
    InstallationKey,
    PublishedDirectory,
    ScoreScale,
    Version,
)
from nadzor.register.models.filing import (
    CHANNELS,
    Breach,
    Evidence,
    Filing,
    FilingStep,
    Letter,
    Paper,
    RefusedMove,
    Seal,
    Submission,
)
from nadzor.register.models.intake import (
    FORMATS,
    INTEGRITY_KINDS,
    VOLUME_ANSWERS,
    DeclaredReport,
    ForwarderToken,
    IntegrityFinding,
    MissingInstallation,
    VolumeStatement,
)
from nadzor.register.models.revision import MirrorEntry, MirrorSync, Revision
from nadzor.register.models.seam import Seam
from nadzor.register.models.transmission import Certificate, Outage, Transmission, TransmissionStep

__all__ = [
    "CHANNELS",
    "CLASSES",
    "METRICS",
    "STATUSES",
    "Baseline",
    "Breach",
    "Build",
    "Certificate",
    "Claim",
    "Delegation",
    "Device",
    "EnrolmentToken",
    "Evidence",
    "Filing",
    "FilingStep",
    "Installation",
    "InstallationKey",
    "Interest",
    "Letter",
    "MirrorEntry",
    "MirrorSync",
    "Opinion",
    "Outage",
    "Paper",
    "PublishedDirectory",
    "RefusedMove",
    "Revision",
    "ScoreScale",
    "Seal",
    "Seam",
    "Submission",
    "Transmission",
    "TransmissionStep",
    "Version",
    "FORMATS",
    "INTEGRITY_KINDS",
    "VOLUME_ANSWERS",
    "DeclaredReport",
    "ForwarderToken",
    "IntegrityFinding",
    "MissingInstallation",
    "VolumeStatement",
]
