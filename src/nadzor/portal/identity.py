# SPDX-License-Identifier: Apache-2.0
"""Who a device is: its register entry as facts, states and tables, for all pages that show it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from nadzor.measures.catalogue import catalogue
from nadzor.portal.labels import field_label, metric_label, solution_label
from nadzor.portal.sheets import Cell, Fact, State, Table, columns, line
from nadzor.portal.words import day, language, number
from nadzor.register.cards import ClaimCard, DeviceCard, VersionCard


def device_state(status: str) -> State:
    """A register status as a word and a tone."""
    states = {
        "draft": State(_("draft")),
        "registered": State(_("registered"), "good"),
        "suspended": State(_("suspended"), "alarm"),
        "cancelled": State(_("cancelled"), "alarm"),
    }
    return states.get(status, State(status))


def device_facts(device: DeviceCard) -> list[Fact]:
    """The register entry, field by field."""
    maker = device.maker
    return [
        Fact(_("Registration number"), device.number),
        Fact(_("Registered on"), day(device.registered_on)),
        Fact(_("Potential risk class"), device.risk_class),
        Fact(_("Maker"), maker.name(language()), note=_maker_note(maker.inn, maker.country)),
        Fact(_("Field of use"), field_label(device.field)),
        Fact(_("Kind of solution"), solution_label(device.solution_type)),
        Fact(_("Modality"), modality_label(device.modality)),
        Fact(_("Artificial intelligence"), _("yes") if device.ai else _("no")),
        Fact(_("Sends operation data by itself"), _("yes") if device.transmits else _("no")),
        Fact(_("Code in this system"), device.code, mono=True),
    ]


def version_table(versions: Sequence[VersionCard]) -> Table:
    """Versions, newest first, and whether each is in the register."""
    lines = [
        line(
            Cell(found.version),
            day(found.released_on),
            Cell(day(found.registered_on))
            if found.registered_on
            else Cell(_("not in the register"), state="warn"),
            Cell("\n".join(found.builds), mono=True),
        )
        for found in reversed(versions)
    ]
    head = columns(_("Version"), _("Released"), _("Entered in the register"), _("Digest of the build"))
    return Table(_("Software versions"), head, lines)


def claim_table(claims: Sequence[ClaimCard]) -> Table:
    """What the maker declared, finding by finding."""
    lines = [
        line(
            Cell(found.label(language())),
            metric_label(found.metric),
            number(float(found.value), 3),
            number(float(found.lower_bound), 3),
            number(found.threshold) if found.threshold is not None else "",
        )
        for found in claims
    ]
    head = columns(
        _("Finding"),
        _("Measure"),
        _("Declared"),
        _("Lower bound"),
        _("Threshold, 0–10,000"),
        numbers=(2, 3, 4),
    )
    return Table(_("Declared performance"), head, lines)


def modality_label(code: str) -> str:
    """A modality's name."""
    return f"{code} · {catalogue().stratum_label('modality', code).in_language(language())}"


def _maker_note(inn: str, country: str) -> str:
    return _("INN %(inn)s") % {"inn": inn} if inn else _("foreign maker, %(country)s") % {"country": country}
