# SPDX-License-Identifier: Apache-2.0
"""What the API says and hears: plain schemas, so that its OpenAPI document describes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final

import msgspec
from ninja import Field, Schema
from pydantic import BeforeValidator

from nadzor.actions.issue_credential import Enrolment
from nadzor.actions.rotate_key import Rotation
from nadzor.api.wire import as_written
from nadzor.base.problems import catalogue
from nadzor.people.queries import OrganisationCard
from nadzor.register.cards import ClaimCard, DeviceCard, VersionCard
from nadzor_wire.rotation import RotationAsk
from nadzor_wire.suites import DEFAULT

KEY: Final = r"^[A-Za-z0-9+/_-]{43,398}={0,2}$"  # 32 bytes and more: the suite knows how many
Day = Annotated[date, BeforeValidator(as_written)]
Moment = Annotated[datetime, BeforeValidator(as_written)]


class Both(Schema):
    """A text in both languages."""

    ru: str
    en: str


class EnrolIn(Schema):
    """A one-time token and the public key made at the device."""

    token: str = Field(min_length=20, max_length=100)
    public_key: str = Field(
        max_length=200, json_schema_extra={"pattern": KEY}, description="raw public key, base64"
    )
    suite: str = Field(DEFAULT, max_length=32, description="of the key; a refusal names those on offer")


class EnrolOut(Schema):
    """What the installation keeps beside its private key."""

    installation: str
    device: str
    keyid: str
    suite: str
    gateway: str
    portal: str
    log_vkey: str
    directory_serial: int
    enrolled_at: datetime


class RotateIn(Schema):
    """A new public key, asked for by the present key and proved by the new one."""

    installation: str = Field(pattern="^i-[0-9a-f]{12}$")
    keyid: str = Field(pattern="^[0-9a-f]{16}$", description="the present key")
    suite: str = Field(min_length=1, max_length=32, description="of the new key")
    public_key: str = Field(pattern=KEY, max_length=200, description="the new key, base64")
    created: int = Field(ge=1, le=999_999_999_999, description="seconds since 1970")
    signature: str = Field(pattern=KEY, max_length=400, description="by the present key, base64")
    proof: str = Field(pattern=KEY, max_length=400, description="by the new key, base64")


class RotateOut(EnrolOut):
    """The identity under the new key, and how long the former one counts."""

    former: str
    former_until: datetime


class DevicesIn(Schema):
    """A question to the register."""

    q: str = Field("", max_length=200, description="every word must be found")
    after: str | None = Field(None, max_length=40, description="cursor: `next` of the page before")
    changed_since: Moment | None = Field(None, description="only devices changed at or after this moment")
    limit: int = Field(50, ge=1, le=200)


class OrganisationOut(Schema):
    """A maker or representative."""

    code: str
    name: Both
    country: str
    inn: str
    ogrn: str
    represented_by: str | None


class DeviceOut(Schema):
    """A device in a list."""

    code: str
    name: Both
    number: str
    registered_on: date
    risk_class: str
    ai: bool
    transmits: bool
    intended_use: Both
    field: str
    solution_type: str
    modality: str
    status: str
    maker: OrganisationOut
    changed_at: datetime


class VersionOut(Schema):
    """A software version; registered_on is null while the amendment is not in the register."""

    version: str
    released_on: date
    registered_on: date | None
    builds: list[str]


class ClaimOut(Schema):
    """A declared figure; shares 0..1 as decimal strings, threshold 0..10000."""

    finding: str
    label: Both
    metric: str
    value: str
    lower_bound: str
    threshold: int | None


class DeviceFullOut(DeviceOut):
    """A device with its versions and claims."""

    versions: list[VersionOut]
    claims: list[ClaimOut]


class DevicesOut(Schema):
    """A page of devices.  `next` is the cursor of the next page; `as_of` the next call's `changed_since`."""

    items: list[DeviceOut]
    next: str | None
    as_of: datetime


class ProblemDocument(Schema):
    """How every error is told (RFC 9457, application/problem+json)."""

    type: str
    status: int
    title: str
    code: str
    do: str
    at: str | None = None
    cite: str | None = None


class ProblemOut(Schema):
    """A catalogued problem."""

    code: str
    status: int
    title: Both
    do: Both
    cite: str | None


def enrolment(found: Enrolment) -> EnrolOut:
    """An enrolment in the API's words."""
    return EnrolOut.model_validate(found, from_attributes=True)


def rotation_ask(asked: RotateIn) -> RotationAsk:
    """A rotation as the deed wants it."""
    return msgspec.convert(asked.model_dump(), RotationAsk)


def rotation(found: Rotation) -> RotateOut:
    """A rotation in the API's words."""
    told = msgspec.structs.asdict(found.credential)
    return RotateOut(former=found.former, former_until=found.former_until, **told)


def organisation(found: OrganisationCard) -> OrganisationOut:
    """An organisation in the API's words."""
    return OrganisationOut(
        code=found.code,
        name=Both(ru=found.name_ru, en=found.name_en),
        country=found.country,
        inn=found.inn,
        ogrn=found.ogrn,
        represented_by=found.represented_by,
    )


def device(found: DeviceCard) -> DeviceOut:
    """A device in the API's words."""
    return DeviceOut(
        code=found.code,
        name=Both(ru=found.name_ru, en=found.name_en),
        number=found.number,
        registered_on=found.registered_on,
        risk_class=found.risk_class,
        ai=found.ai,
        transmits=found.transmits,
        intended_use=Both(ru=found.intended_use_ru, en=found.intended_use_en),
        field=found.field,
        solution_type=found.solution_type,
        modality=found.modality,
        status=found.status,
        maker=organisation(found.maker),
        changed_at=found.changed_at,
    )


def version(found: VersionCard) -> VersionOut:
    """A version in the API's words."""
    return VersionOut(
        version=found.version,
        released_on=found.released_on,
        registered_on=found.registered_on,
        builds=list(found.builds),
    )


def claim(found: ClaimCard) -> ClaimOut:
    """A claim in the API's words."""
    return ClaimOut(
        finding=found.finding,
        label=Both(ru=found.label_ru, en=found.label_en),
        metric=found.metric,
        value=str(found.value),
        lower_bound=str(found.lower_bound),
        threshold=found.threshold,
    )


def problems() -> list[ProblemOut]:
    """The whole catalogue."""
    return [
        ProblemOut(
            code=code,
            status=entry.status,
            title=Both(ru=entry.title.ru, en=entry.title.en),
            do=Both(ru=entry.do.ru, en=entry.do.en),
            cite=entry.cite,
        )
        for code, entry in sorted(catalogue().items())
    ]
