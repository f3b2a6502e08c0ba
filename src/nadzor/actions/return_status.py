# SPDX-License-Identifier: Apache-2.0
"""Tell the state's portal how a filing stands: state, steps, dates with their norms, letters; sealed."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from msgspec import Struct

from nadzor.actions.import_filing import doer
from nadzor.actions.seams.envelope import digest_of
from nadzor.actions.seams.signer import Signature
from nadzor.actions.seams.signers import signer_of, stamper
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.people.queries import CONSOLE
from nadzor.procedures.run import Run
from nadzor.register.filing_cards import FilingCard, LetterCard, StepCard
from nadzor.register.filing_permissions import INNER
from nadzor.register.filing_words import called
from nadzor.register.filings import filing
from nadzor.register.models import Device, Filing
from nadzor_wire.base64text import b64


class StepTold(Struct, frozen=True):
    """One move that was made; who made it is told by the role alone."""

    at: datetime
    on: date
    verb: str
    said: Text
    to: str
    role: str


class LimitTold(Struct, frozen=True):
    """One time limit: the norm, when it began, by when it must be met, and how it stands."""

    norm: str
    what: Text
    cite: str
    started: date
    due: date | None
    stopped: date | None
    state: str
    responsible: str


class LetterTold(Struct, frozen=True):
    """A letter as it was sent."""

    at: datetime
    kind: str
    title: Text
    text: Text
    cites: tuple[str, ...]


class Status(Struct, frozen=True, kw_only=True):
    """How one filing stands."""

    external_number: str
    number: str
    procedure: str
    state: str
    said: Text
    open: bool
    filed_on: date | None
    as_of: datetime
    steps: tuple[StepTold, ...]
    limits: tuple[LimitTold, ...]
    letters: tuple[LetterTold, ...]
    device: str
    registration_number: str
    v: int = 1


class SealedStatus(Struct, frozen=True, kw_only=True):
    """A status as exact bytes, the house's signature over them, a stamp, and what the signature is worth."""

    status: str
    signature: Signature
    stamp: str
    qualified: bool
    v: int = 1


def return_status(external_number: str, *, seam: str, suite: str, home: Home, now: datetime) -> SealedStatus:
    """The sealed status of a filing that this seam handed in.

    Raises: Refusal filing.unknown for another's, seal.suite, seal.no-key.
    """
    row = Filing.objects.filter(external_number=external_number, opened_by=doer(seam)).first()
    if row is None or not external_number:
        raise Refusal("filing.unknown")
    told = msgspec.json.encode(_status(filing(CONSOLE, row.number, today=moscow_date(now)), now))
    signer = signer_of(home, suite)
    signature = signer.sign(told)
    return SealedStatus(
        status=b64(told),
        signature=signature,
        stamp=stamper(home).stamp(digest_of(told), now=now),
        qualified=signer.verify(told, signature, at=now).qualified,
    )


def _status(card: FilingCard, now: datetime) -> Status:
    row = card.row
    device = Device.objects.filter(code=row.device).first() if row.device else None
    return Status(
        external_number=row.external_number, number=row.number, procedure=row.procedure, state=row.state,
        said=called(row.procedure, state=row.state), open=row.open, filed_on=row.filed_on, as_of=now,
        steps=tuple(_step(row.procedure, step) for step in card.steps),
        limits=tuple(_limit(run) for run in card.runs),
        letters=tuple(_letter(each) for each in card.letters if each.to not in INNER),
        device=row.device, registration_number=device.number if device else "",
    )  # fmt: skip


def _step(procedure: str, step: StepCard) -> StepTold:
    return StepTold(step.at, step.on, step.verb, called(procedure, verb=step.verb), step.to, step.role)


def _limit(run: Run) -> LimitTold:
    norm = run.norm
    return LimitTold(
        norm=run.key,
        what=norm.what if norm else Text(run.key, run.key),
        cite=norm.cite if norm else "",
        started=run.started,
        due=run.due,
        stopped=run.stopped,
        state=run.state,
        responsible=run.responsible,
    )


def _letter(card: LetterCard) -> LetterTold:
    return LetterTold(card.at, card.kind, card.title, card.text, card.cites)
