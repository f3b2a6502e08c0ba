# SPDX-License-Identifier: Apache-2.0
"""Questions to the register; answers are structs.  Those that take a person show only what they may."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from nadzor.base.directory import Entry, KeyEntry, TokenEntry
from nadzor.base.problems import Refusal
from nadzor.measures.bins import Bins
from nadzor.people import permissions
from nadzor.people.queries import Person, card
from nadzor.register.cards import (
    ClaimCard,
    DeviceCard,
    InstallationCard,
    RegisterCounts,
    ScaleCard,
    VersionCard,
)
from nadzor.register.fold import fold_words, other_layout
from nadzor.register.keys import key_card
from nadzor.register.models import Claim, Device, Installation, ScoreScale, Version

PAGE_MAX = 200  # bounds one answer; the cursor fetches the rest


def search(
    text: str = "", *, after: str | None = None, changed_since: datetime | None = None, limit: int = 50
) -> list[DeviceCard]:
    """Devices whose names, numbers, code or maker contain every word, by code, after a cursor (a code).

    Why: a text that finds nothing is tried once more as the other keyboard layout would have written it.
    """
    rows = _with_words(_devices(), text)
    if text and not rows.exists():
        rows = _with_words(_devices(), other_layout(text))
    if after:
        rows = rows.filter(code__gt=after)
    if changed_since:
        rows = rows.filter(changed_at__gte=changed_since)
    return [_device(row) for row in rows[: min(limit, PAGE_MAX)]]


def device(code: str) -> DeviceCard:
    """One device.

    Raises: Refusal register.device-unknown.
    """
    row = _devices().filter(code=code).first()
    if row is None:
        raise Refusal("register.device-unknown")
    return _device(row)


def devices() -> list[DeviceCard]:
    """Every device, by code."""
    return [_device(row) for row in _devices()]


def readable(person: Person | None) -> list[DeviceCard]:
    """The devices whose operation figures a person may read."""
    return [found for found in devices() if permissions.may_read_operation(person, maker=found.maker.code)]


def readable_device(person: Person | None, code: str) -> DeviceCard:
    """One device for reading its operation figures.

    Raises: Refusal people.not-yours, or register.device-unknown.
    """
    found = device(code)
    permissions.must_read_operation(person, maker=found.maker.code)
    return found


def versions(device: str) -> list[VersionCard]:
    """A device's versions, oldest first."""
    rows = Version.objects.filter(device__code=device).prefetch_related("builds")
    return [
        VersionCard(
            row.version, row.released_on, row.registered_on, tuple(build.digest for build in row.builds.all())
        )
        for row in rows
    ]


def claims(device: str | None = None) -> list[ClaimCard]:
    """Declared claims of a device, or of all."""
    rows = Claim.objects.select_related("device").order_by("device__code", "finding", "metric")
    return [_claim(row) for row in (rows.filter(device__code=device) if device else rows)]


def scales(device: str | None = None) -> list[ScaleCard]:
    """Registered score scales of a device, or of all."""
    rows = ScoreScale.objects.select_related("device").order_by("device__code", "finding")
    return [
        ScaleCard(row.device.code, row.finding, row.low, row.high, tuple(row.edges))
        for row in (rows.filter(device__code=device) if device else rows)
    ]


def bins() -> Bins:
    """Registered histogram edges by (device, finding)."""
    return {(scale.device, scale.finding): scale.edges for scale in scales()}


def installations(device: str | None = None) -> list[InstallationCard]:
    """Working installations of a device, or of all, with their keys; test benches are not among them."""
    rows = Installation.objects.filter(sandbox=False).select_related("device").prefetch_related("keys")
    return [installation_card(row) for row in (rows.filter(device__code=device) if device else rows)]


def benches(device: str) -> list[InstallationCard]:
    """Test benches of a device, and of a draft all that it has: what reports to the sandbox."""
    rows = Installation.objects.filter(sandbox=True, device__code=device)
    return [installation_card(row) for row in rows.select_related("device").prefetch_related("keys")]


def installation(id: str) -> InstallationCard | None:
    """One installation, or None."""
    row = Installation.objects.select_related("device").prefetch_related("keys").filter(id=id).first()
    return installation_card(row) if row else None


def directory_entries() -> dict[str, Entry]:
    """Every installation that may report, for the key directory; those of cancelled devices may not."""
    findings = _findings()
    rows = (
        Installation.objects.exclude(device__status="cancelled")
        .select_related("device__maker")
        .prefetch_related("keys", "tokens")
    )
    return {row.id: _entry(row, findings.get(row.device.code, ())) for row in rows}


def count_devices() -> int:
    """How many devices the register holds."""
    return int(_entries().count())


def counts() -> RegisterCounts:
    """The register in numbers."""
    total = _entries().count()
    domestic = _entries().filter(maker__country="RU").count()
    working = Installation.objects.filter(sandbox=False)
    return RegisterCounts(
        devices=total,
        domestic=domestic,
        foreign=total - domestic,
        makers=_entries().values("maker").distinct().count(),
        versions=Version.objects.count(),
        claims=Claim.objects.count(),
        installations=working.count(),
        sites=working.values("site").distinct().count(),
    )


def _findings() -> dict[str, tuple[str, ...]]:
    """The finding codes registered for each device: those claimed and those with a scale."""
    found: dict[str, set[str]] = {}
    for model in (Claim, ScoreScale):
        for code, finding in model.objects.values_list("device__code", "finding"):
            found.setdefault(code, set()).add(finding)
    return {code: tuple(sorted(codes)) for code, codes in found.items()}


def _entry(row: Installation, findings: tuple[str, ...]) -> Entry:
    keys = {
        key.keyid: KeyEntry(key.public, key.not_before, key.not_after, key.revoked_at, key.suite)
        for key in row.keys.all()
    }
    tokens = {
        f"t-{one.digest[:16]}": TokenEntry(one.digest, one.issued_at, one.expires_at, one.revoked_at)
        for one in row.tokens.all()
    }
    maker = row.device.maker.code
    return Entry(row.device.code, row.site, row.sandbox, findings, keys, tokens, maker)


def _with_words(rows: QuerySet[Device], text: str) -> QuerySet[Device]:
    for word in fold_words(text):
        rows = rows.filter(search__contains=word)
    return rows


def _devices() -> QuerySet[Device]:
    return _entries().select_related("maker__represented_by").order_by("code")


def _entries() -> QuerySet[Device]:
    """What the register shows: a draft is a maker's own trial, and no entry (`drafts.py`)."""
    return Device.objects.exclude(status="draft")


def _device(row: Device) -> DeviceCard:
    return DeviceCard(
        code=row.code,
        name_ru=row.name_ru,
        name_en=row.name_en,
        number=row.number,
        registered_on=row.registered_on,
        risk_class=row.risk_class,
        ai=row.ai,
        transmits=row.transmits,
        intended_use_ru=row.intended_use_ru,
        intended_use_en=row.intended_use_en,
        field=row.field,
        solution_type=row.solution_type,
        modality=row.modality,
        status=row.status,
        maker=card(row.maker),
        changed_at=row.changed_at,
    )


def _claim(row: Claim) -> ClaimCard:
    return ClaimCard(
        row.device.code,
        row.finding,
        row.label_ru,
        row.label_en,
        row.metric,
        row.value,
        row.lower_bound,
        row.threshold,
    )


def installation_card(row: Installation) -> InstallationCard:
    """An installation as the register shows it."""
    keys = tuple(key_card(key) for key in row.keys.all())
    return InstallationCard(row.id, row.device.code, row.site, row.sandbox, row.created, keys)
