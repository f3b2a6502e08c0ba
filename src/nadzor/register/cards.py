# SPDX-License-Identifier: Apache-2.0
"""What the register says, as frozen structs: the only shape in which it leaves this room."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from nadzor.people.queries import OrganisationCard
from nadzor_wire.suites import DEFAULT


class DeviceCard(Struct, frozen=True):
    """One device, as the public register shows it."""

    code: str
    name_ru: str
    name_en: str
    number: str
    registered_on: date
    risk_class: str
    ai: bool
    transmits: bool
    intended_use_ru: str
    intended_use_en: str
    field: str
    solution_type: str
    modality: str
    status: str
    maker: OrganisationCard
    changed_at: datetime

    def name(self, lang: str) -> str:
        """Its name in a language."""
        return self.name_en if lang == "en" else self.name_ru

    def intended_use(self, lang: str) -> str:
        """Its intended use in a language."""
        return self.intended_use_en if lang == "en" else self.intended_use_ru


class VersionCard(Struct, frozen=True):
    """One software version; `registered_on` is None while the amendment is not in the register."""

    version: str
    released_on: date
    registered_on: date | None
    builds: tuple[str, ...]


class ClaimCard(Struct, frozen=True):
    """What the maker declared about one finding.  Units: shares 0..1; threshold 0..10000."""

    device: str
    finding: str
    label_ru: str
    label_en: str
    metric: str
    value: Decimal
    lower_bound: Decimal
    threshold: int | None

    def label(self, lang: str) -> str:
        """The finding's name in a language."""
        return self.label_en if lang == "en" else self.label_ru


class ScaleCard(Struct, frozen=True):
    """Registered scale and bins of one finding's score."""

    device: str
    finding: str
    low: float
    high: float
    edges: tuple[int, ...]


class KeyCard(Struct, frozen=True):
    """A public key, its suite and when it counts; `replaces` is the key that asked for it."""

    keyid: str
    public: str
    not_before: datetime
    not_after: datetime | None
    revoked_at: datetime | None
    suite: str = DEFAULT
    replaces: str | None = None
    compromised_since: datetime | None = None

    def age_days(self, now: datetime) -> int:
        """Whole days since it began to count."""
        return (now - self.not_before).days

    def state(self, now: datetime) -> str:
        """One of living, ending (it has a successor), ended, revoked, lost."""
        if self.compromised_since is not None:
            return "lost"
        if self.revoked_at is not None:
            return "revoked"
        if self.not_after is None:
            return "living"
        return "ending" if now < self.not_after else "ended"


class InstallationCard(Struct, frozen=True):
    """A device at work in one clinic, known by the clinic's pseudonym."""

    id: str
    device: str
    site: str
    sandbox: bool
    created: datetime
    keys: tuple[KeyCard, ...]


class RegisterCounts(Struct, frozen=True):
    """The register in numbers."""

    devices: int
    domestic: int
    foreign: int
    makers: int
    versions: int
    claims: int
    installations: int
    sites: int
