# SPDX-License-Identifier: Apache-2.0
"""Who a device is: its register entry as facts, states and tables, for all pages that show it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from nadzor.measures.catalogue import catalogue
from nadzor.portal.labels import field_label, metric_label, solution_label
from nadzor.portal.register_words import legal_day, registered_fact
from nadzor.portal.sheets import Cell, Fact, State, Table, columns, line
from nadzor.portal.words import day, language, number, said
from nadzor.register.cards import VersionCard
from nadzor.register.entry_form import is_draft_number
from nadzor.register.revision_cards import Entry
from nadzor.register.rows import ClaimRow, VersionRow


def device_state(status: str) -> State:
    """A register status as a word and a tone."""
    states = {
        "draft": State(_("draft")),
        "registered": State(_("registered"), "good"),
        "suspended": State(_("suspended"), "alarm"),
        "cancelled": State(_("cancelled"), "alarm"),
    }
    return states.get(status, State(status))


def entry_facts(device: Entry) -> list[Fact]:
    """The register entry, field by field, as it stands or as it stood."""
    maker, stands_for = device.maker, device.representative
    return [
        Fact(_("Registration number"), device.number, note=_number_note(device.number)),
        registered_fact(device),
        Fact(_("Potential risk class"), device.risk_class),
        Fact(_("Maker"), said(maker.name), note=_maker_note(maker.inn, maker.country)),
        *(
            [
                Fact(
                    _("Authorised representative"),
                    said(stands_for.name),
                    note=_maker_note(stands_for.inn, ""),
                )
            ]
            if stands_for
            else []
        ),
        Fact(_("Field of use"), field_label(device.field)),
        Fact(_("Kind of solution"), solution_label(device.solution_type)),
        Fact(_("Modality"), modality_label(device.modality)),
        Fact(_("Artificial intelligence"), _("yes") if device.ai else _("no")),
        Fact(_("Sends operation data by itself"), _("yes") if device.transmits else _("no")),
        Fact(_("Code in this system"), device.code, mono=True),
    ]


def version_table(versions: Sequence[VersionCard | VersionRow]) -> Table:
    """Versions, newest first, and whether each is in the register."""
    lines = [
        line(
            Cell(found.version),
            day(found.released_on),
            _entered(found, is_first=found is versions[0]),
            Cell("\n".join(found.builds), mono=True),
        )
        for found in reversed(versions)
    ]
    head = columns(_("Version"), _("Released"), _("Entered in the register"), _("Digest of the build"))
    return Table(_("Software versions"), head, lines)


def _entered(found: VersionCard | VersionRow, *, is_first: bool) -> Cell:
    """The first version came with the registration, the others by amendment."""
    if found.registered_on is None:
        return Cell(_("not in the register"), state="warn")
    key = "registration.decision" if is_first else "registration.version_amendment"
    return legal_day(found.registered_on, key)


def claim_table(claims: Sequence[ClaimRow]) -> Table:
    """What the maker declared, finding by finding."""
    lines = [
        line(
            Cell(said(found.label)),
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


def _number_note(number: str) -> str:
    return _("our own number until the official one is known") if is_draft_number(number) else ""


def _maker_note(inn: str, country: str) -> str:
    return _("INN %(inn)s") % {"inn": inn} if inn else _("foreign maker, %(country)s") % {"country": country}
