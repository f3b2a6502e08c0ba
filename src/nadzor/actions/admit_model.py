# SPDX-License-Identifier: Apache-2.0
"""Admit one model of a directory of reads: a device in the register, an installation with its own key."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from msgspec import Struct

from nadzor.actions.connect_installation import connect_installation
from nadzor.actions.import_register import enter_register
from nadzor.base.clock import moscow_date
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.lock import alone
from nadzor.measures.bins import quantile_edges
from nadzor.measures.score_scale import ScoreScale, baseline_scale
from nadzor.people.queries import CONSOLE
from nadzor.register import queries as register
from nadzor.register.rows import (
    ClaimRow,
    DeviceRow,
    Name,
    OrganisationRow,
    Prose,
    RegisterFile,
    ScaleRow,
    VersionRow,
)
from nadzor.simulate.read_directory import ModelReads, finding_code
from nadzor.simulate.read_events import DAYS, VERSION, ReadPlan, build_digest
from nadzor_wire.enrolment import Credential

MAKER: Final = OrganisationRow(
    code="reading-room",
    name=Name(ru="Читальный зал (вымышленный изготовитель)", en="Reading Room (fictitious maker)"),
    kind="manufacturer",
    inn="0001999995",
)
MODELS: Final = "reads-"
"""How the codes of these devices begin."""
CLINIC_OID: Final = "1.2.643.5.1.13.13.12.2.77.999999"
DECLARED: Final = {"auc": ("0.90", "0.85"), "sensitivity": ("0.80", "0.70"), "specificity": ("0.85", "0.75")}
"""Invented claims (value, lower bound): nobody published what these models declare."""
UNASSIGNED: Final = 990_000
"""Registration numbers of these devices are counted from here, a range that is not assigned."""
RUSSIAN: Final = {
    "Atelectasis": "Ателектаз",
    "Cardiomegaly": "Кардиомегалия",
    "Consolidation": "Консолидация",
    "Edema": "Отёк лёгких",
    "Enlarged Cardiomediastinum": "Расширение тени средостения",
    "Fracture": "Перелом",
    "Lung Lesion": "Очаг в лёгком",
    "Lung Opacity": "Затенение в лёгком",
    "No Finding": "Без патологии",
    "Pleural Effusion": "Плевральный выпот",
    "Pleural Other": "Другие изменения плевры",
    "Pneumonia": "Пневмония",
    "Pneumothorax": "Пневмоторакс",
    "Support Devices": "Инородные устройства",
}


class Admitted(Struct, frozen=True):
    """What sending a model's reads needs."""

    plan: ReadPlan
    credential: Credential
    spool: Path


class _Place(Struct, frozen=True):
    """Where a device stands in the register."""

    code: str
    number: str
    since: date


def admit_model(home: Home, model: ModelReads, *, gateway: str, now: datetime) -> Admitted:
    """Enter the model as a device and connect one installation; the second time, return what is there."""
    code = device_code(model.name)
    room = home.spool / code
    with alone(home.spool / ".admission.lock"):
        _enter(model, code, now)
    credential = connect_installation(
        home, room, device=code, clinic_oid=CLINIC_OID, gateway=gateway, now=now
    )
    plan = ReadPlan(model, _registered_scales(model, code), _salt(room), moscow_date(credential.enrolled_at))
    return Admitted(plan, credential, room / "spool")


def device_code(model: str) -> str:
    """The register's code of a model's device.

    Why: a name that does not fit the register's alphabet gets a digest, lest `Dr_Net` be taken for `dr-net`.

    >>> device_code("drnet")
    'reads-drnet'
    >>> device_code("Dr_Net")
    'reads-dr-net-2c648a'
    """
    slug = re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")[:26]
    exact = f"reads-{slug}"
    return exact if slug == model else f"{exact}-{hashlib.sha256(model.encode()).hexdigest()[:6]}"


def _enter(model: ModelReads, code: str, now: datetime) -> None:
    """Register the model, or add the findings it did not read before; what is registered stays as it is."""
    there = register.device(code) if register.versions(code) else None
    before = {claim.finding: claim.label_en for claim in register.claims(code)} if there else {}
    fresh = [label for label in model.findings if finding_code(label) not in before]
    if there is None or fresh:
        place = _Place(
            code=code,
            number=there.number if there else f"РЗН {now.year}/{UNASSIGNED + register.counts().devices}",
            since=there.registered_on if there else moscow_date(now) - timedelta(days=DAYS + 1),
        )
        enter_register(_rows(model, place, [*before.values(), *fresh], fresh), by=CONSOLE, now=now)


def _rows(model: ModelReads, place: _Place, labels: list[str], fresh: list[str]) -> RegisterFile:
    """All claims, because those left out would be withdrawn; scales of fresh findings only."""
    device = DeviceRow(
        code=place.code,
        name=Name(ru=f"Чтение рентгенограмм {model.name}", en=f"Chest radiograph reader {model.name}"),
        maker=MAKER.code,
        number=place.number,
        registered_on=place.since,
        risk_class="3",
        ai=True,
        transmits=True,
        intended_use=Prose(
            ru="Анализ рентгенограмм грудной клетки; модель открытого состязания, регистрация вымышлена.",
            en="Analysis of chest radiographs; a model of an open challenge, its registration is invented.",
        ),
        field="radiology",
        solution_type="diagnostics",
        modality="DX",
        versions=(
            VersionRow(
                version=VERSION,
                released_on=place.since,
                registered_on=place.since,
                builds=(build_digest(model.name),),
            ),
        ),
        claims=tuple(
            _claim(label, metric, bounds) for label in labels for metric, bounds in DECLARED.items()
        ),
        scales=tuple(_scale(model, label) for label in fresh),
    )
    return RegisterFile(organisations=(MAKER,), devices=(device,))


def _claim(label: str, metric: str, bounds: tuple[str, str]) -> ClaimRow:
    threshold = None if metric == "auc" else 5000
    return ClaimRow(
        finding=finding_code(label),
        label=Name(ru=RUSSIAN.get(label, label), en=label),
        metric=metric,
        value=Decimal(bounds[0]),
        lower_bound=Decimal(bounds[1]),
        threshold=threshold,
    )


def _scale(model: ModelReads, label: str) -> ScaleRow:
    scores = _scores(model, label)
    scale = baseline_scale(scores)
    edges = quantile_edges([scale.to_wire(score) for score in scores])
    return ScaleRow(finding=finding_code(label), low=scale.low, high=scale.high, edges=tuple(edges))


def _scores(model: ModelReads, label: str) -> list[float]:
    return [row[label] for row in model.scores.values() if label in row]


def _registered_scales(model: ModelReads, code: str) -> dict[str, ScoreScale]:
    known = {card.finding: ScoreScale(card.low, card.high) for card in register.scales(code)}
    return {label: known.get(finding_code(label), ScoreScale()) for label in model.findings}


def _salt(room: Path) -> bytes:
    """The salt of the site's study keys: made once, kept beside the spool, never sent."""
    file = room / "study.salt"
    with alone(room / ".lock"):
        if not file.exists():
            write_atomic(file, secrets.token_bytes(32), mode=0o600)
        return file.read_bytes()
