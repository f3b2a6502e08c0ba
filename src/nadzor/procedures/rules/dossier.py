# SPDX-License-Identifier: Apache-2.0
"""A dossier as it is being filled: every field may still be empty, and the check says what is missing."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from nadzor.procedures.rules.rule import RiskClass

DossierRoute = Literal[
    "registration_simplified", "registration_accelerated", "amendment_new_registration",
    "amendment_version", "amendment_plain", "amendment_expertise",
]  # fmt: skip
EvidenceKind = Literal["technical_trial", "clinical_trial", "inspection"]
Line = Annotated[str, msgspec.Meta(max_length=500)]
Passage = Annotated[str, msgspec.Meta(max_length=20_000)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class Filled(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A group of fields, each empty until somebody fills it."""


class Product(Filled, frozen=True, kw_only=True):
    """What is registered.  `radiology`: it processes medical images from radiological studies."""

    name: Line = ""
    version: Line = ""
    numbering: Passage = ""
    purpose: Passage = ""
    ai: bool | None = None
    transmits: bool | None = None
    radiology: bool | None = None
    risk_class: RiskClass | None = None


class Party(Filled, frozen=True, kw_only=True):
    """A manufacturer or a representative: an organisation or a sole trader."""

    name: Line = ""
    foreign: bool | None = None
    inn: Line = ""
    ogrn: Line = ""
    address: Line = ""


class Applicant(Filled, frozen=True, kw_only=True):
    """Who files: the manufacturer itself, or its authorised representative."""

    role: Literal["manufacturer", "representative"] | None = None
    maker: Party = Party()
    representative: Party = Party()


class Powers(Filled, frozen=True, kw_only=True):
    """The document by which a representative acts.  Without `until` it has no end."""

    number: Line = ""
    issued: date | None = None
    until: date | None = None


class Upload(Filled, frozen=True, kw_only=True):
    """A file kept elsewhere: its name, the SHA-256 of its bytes, its size and its type."""

    name: Line
    digest: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    size: Count
    media_type: Line


class Plan(Filled, frozen=True, kw_only=True):
    """The clinical monitoring plan: goals and tasks, then the scheme.  `ends` is the last day."""

    goals: Passage = ""
    tasks: Passage = ""
    scheme: Passage = ""
    methods: Passage = ""
    statistics: Passage = ""
    population: Passage = ""
    inclusion: Passage = ""
    exclusion: Passage = ""
    sample_size: Count | None = None
    comparison: bool | None = None
    comparison_why: Passage = ""
    starts: date | None = None
    ends: date | None = None


class Payment(Filled, frozen=True, kw_only=True):
    """A payment of state duty: number and date of the payment order, and roubles paid."""

    order: Line = ""
    paid_on: date | None = None
    amount: Count = 0


class Evidence(Filled, frozen=True, kw_only=True):
    """A report of a trial or an inspection.  `body` is a code of law/bodies.yaml, `name` who of its kind."""

    kind: EvidenceKind
    body: Line = ""
    name: Line = ""
    number: Line = ""
    issued: date | None = None
    until: date | None = None


class Amendment(Filled, frozen=True, kw_only=True):
    """What an amendment is about: the entry, and the version to be entered.  `liability`: taken on."""

    number: Line = ""
    registered_on: date | None = None
    version: Line = ""
    liability: bool | None = None


class Dossier(Filled, frozen=True, kw_only=True):
    """Everything a filing holds.  `files` by checklist item; `ticks`: where in a document a point stands."""

    route: DossierRoute | None = None
    product: Product = Product()
    applicant: Applicant = Applicant()
    powers: Powers = Powers()
    amendment: Amendment = Amendment()
    files: dict[str, tuple[Upload, ...]] = {}
    ticks: dict[str, Line] = {}
    plan: Plan = Plan()
    payments: tuple[Payment, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def represented(self) -> bool | None:
        """Whether a representative files; None while nobody has said who does.

        Law: R-048: the applicant is the manufacturer or its authorised representative.
        """
        return None if self.applicant.role is None else self.applicant.role == "representative"
