# SPDX-License-Identifier: Apache-2.0
"""Every procedure of the house, by its name, in the order a reader meets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.procedures.amendment_expertise import AMENDMENT_EXPERTISE
from nadzor.procedures.amendment_new_registration import AMENDMENT_NEW_REGISTRATION
from nadzor.procedures.amendment_plain import AMENDMENT_PLAIN
from nadzor.procedures.amendment_version import AMENDMENT_VERSION
from nadzor.procedures.cancellation import CANCELLATION
from nadzor.procedures.case import CASE
from nadzor.procedures.expertise import EXPERTISE
from nadzor.procedures.monitoring import MONITORING
from nadzor.procedures.moves import Procedure
from nadzor.procedures.objections import OBJECTIONS
from nadzor.procedures.registration_accelerated import REGISTRATION_ACCELERATED
from nadzor.procedures.registration_simplified import REGISTRATION_SIMPLIFIED
from nadzor.procedures.signal import SIGNAL
from nadzor.procedures.transmission import TRANSMISSION

PROCEDURES: Final[Mapping[str, Procedure]] = {
    table.name: table
    for table in (
        REGISTRATION_SIMPLIFIED,
        REGISTRATION_ACCELERATED,
        EXPERTISE,
        OBJECTIONS,
        AMENDMENT_VERSION,
        AMENDMENT_PLAIN,
        AMENDMENT_EXPERTISE,
        AMENDMENT_NEW_REGISTRATION,
        TRANSMISSION,
        CASE,
        CANCELLATION,
        SIGNAL,
        ADVERSE_EVENT,
        MONITORING,
    )
}
