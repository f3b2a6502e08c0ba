# SPDX-License-Identifier: Apache-2.0
"""Tables of the room.  Only this room and `actions` import them; every other room reads its queries.

Keeps: signals, codes, adverse events, grounds of cases, warnings, clinical monitoring, missed limits.
Promises: what is written once is never changed; a clinic stands here as its site alone.
Never: decides anything, names a clinic, or holds a narrative in which personal details were found, in clear.
Read next: signal.py, event.py, case.py, warning.py, monitoring.py.
"""

from __future__ import annotations

from nadzor.vigilance.models.case import CaseGround, CasePack, Dispute, Recomputation
from nadzor.vigilance.models.code import Code, CodeEdition
from nadzor.vigilance.models.duty import Alert, DutyDay, MissedLimit
from nadzor.vigilance.models.ethics import EthicsAnswer
from nadzor.vigilance.models.event import (
    AdverseEvent,
    EarlyCorrection,
    EventDocument,
    EventImport,
    EventStep,
    LikelySame,
    Narrative,
    PrintedCode,
    ReporterToken,
    WireMark,
)
from nadzor.vigilance.models.letter import SiteLetter
from nadzor.vigilance.models.look import MorningLook
from nadzor.vigilance.models.monitoring import MonitoringPlan, MonitoringReport, MonitoringStep
from nadzor.vigilance.models.signal import QuietLook, Signal, SignalEvidence, SignalMove
from nadzor.vigilance.models.warning import NoticeDecision, PublicNotice, SafetyWarning, WarningCopy

__all__ = [
    "AdverseEvent", "Alert", "CaseGround", "CasePack", "Code", "CodeEdition", "Dispute", "DutyDay",
    "EthicsAnswer", "EventDocument", "EventImport", "EventStep", "LikelySame", "MissedLimit",
    "MonitoringPlan", "MonitoringReport", "MonitoringStep", "MorningLook", "Narrative", "NoticeDecision",
    "PrintedCode", "PublicNotice", "QuietLook", "Recomputation", "ReporterToken", "SafetyWarning", "Signal",
    "SignalEvidence", "SignalMove", "SiteLetter", "WarningCopy", "WireMark", "EarlyCorrection",
]  # fmt: skip
