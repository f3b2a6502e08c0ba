# SPDX-License-Identifier: Apache-2.0
"""Take in a filing that the state's portal received: once, whole, on the day it was received there.

(1) the envelope is opened and the statement's bytes are kept as they came; (2) the signature over them is
checked; (3) every file is what the statement names; (4) the same number again is the same filing or refused;
(5) the applicant is found; (6) the filing is opened, its papers attached, handed in; (7) it is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.attach_paper import Upload, attach_paper
from nadzor.actions.move_filing import move_filing
from nadzor.actions.open_filing import External, open_filing
from nadzor.actions.seams.envelope import Attachment, Envelope, Statement, digest_of, open_envelope
from nadzor.actions.seams.parties import applicant_of, device_of
from nadzor.actions.seams.signer import Verified
from nadzor.actions.seams.signers import signer_for, stamper
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records import audit
from nadzor.records.files import SIZE_MAX
from nadzor.register.models import Filing, Seal
from nadzor_wire.base64text import unb64

AHEAD_MAX: Final = timedelta(minutes=5)  # clocks differ; a receipt beyond that has not happened yet
CHANNEL: Final = "gosuslugi"
BY_PAPER: Final = frozenset({"registration_accelerated", "case"})  # filed on paper; opened by the regulator


class ImportReport(Struct, frozen=True):
    """What became of an imported filing; `repeated`: it was here already, and nothing was done."""

    number: str
    external_number: str
    state: str
    digest: str
    signer: str
    qualified: bool
    repeated: bool


class Proof(Struct, frozen=True):
    """The statement's digest, the signature over it, and who made that."""

    digest: str
    value: str
    verified: Verified


def import_filing(
    content: bytes, *, seam: str, home: Home, now: datetime, beside: Path | None = None
) -> ImportReport:
    """Take in an envelope that a system of the state handed over; `beside`: where its files lie.

    Raises: Refusal seam.envelope, seam.received-at, seam.file, seal.…, filing.external-conflict,
    seam.applicant-unknown, seam.maker-unknown, and what opening and moving a filing refuse.
    """
    envelope, told, statement = open_envelope(content)
    verified = signer_for(home, envelope.signature).verify(told, envelope.signature, at=statement.received_at)
    if statement.received_at > now + AHEAD_MAX:
        raise Refusal("seam.received-at", at="$.statement.received_at")
    if verified.inn and verified.inn != statement.applicant.inn:
        raise Refusal("seal.other-person", at="$.signature")
    proof = Proof(digest_of(told), envelope.signature.value, verified)
    papers = _papers(envelope, statement, beside)
    with transaction.atomic():
        if known := _known(statement, proof.digest, seam):
            return known
        number = _handed_in(statement, papers, seam=seam, home=home, now=now)
        _seal(number, proof, home=home, now=now)
        _record(number, statement, seam, now)
        return _report(Filing.objects.get(number=number), repeated=False)


def _known(statement: Statement, digest: str, seam: str) -> ImportReport | None:
    """The filing of this external number, if it is this very one.

    Raises: Refusal filing.external-conflict.
    """
    row = Filing.objects.filter(external_number=statement.external_number).first()
    if row is None:
        return None
    same = Seal.objects.filter(filing=row, what="import", digest=digest).exists()
    if not same or row.opened_by != doer(seam):
        raise Refusal("filing.external-conflict", at="$.statement.external_number")
    return _report(row, repeated=True)


def doer(seam: str) -> str:
    """The name under which a seam's deeds are recorded."""
    return f"seam-{seam}"


def _papers(envelope: Envelope, statement: Statement, beside: Path | None) -> list[tuple[Attachment, bytes]]:
    """Each attachment with its bytes, which are what the signed statement says they are.

    Raises: Refusal seam.file.
    """
    contents = {file.sha256: _content(file.content, file.path, beside) for file in envelope.files}
    papers = []
    for place, attachment in enumerate(statement.attachments):
        content = contents.get(attachment.sha256)
        if content is None or digest_of(content) != attachment.sha256:
            raise Refusal("seam.file", at=f"$.statement.attachments[{place}].sha256")
        papers.append((attachment, content))
    return papers


def _content(text: str, path: str, beside: Path | None) -> bytes:
    if path and beside is not None:
        plain = PurePosixPath(path)
        if plain.is_absolute() or ".." in plain.parts:
            raise Refusal("seam.file", at="$.files")
        place = beside / plain
        if not place.is_file() or place.is_symlink() or place.stat().st_size > SIZE_MAX:
            raise Refusal("seam.file", at="$.files")
        return place.read_bytes()
    try:
        return unb64(text)
    except ValueError:
        raise Refusal("seam.file", at="$.files") from None


def _handed_in(
    statement: Statement, papers: list[tuple[Attachment, bytes]], *, seam: str, home: Home, now: datetime
) -> str:
    """Open, attach, submit: by whoever applied, as the portal's own receipt says.

    Why: what the portal received is received; the registrar finds a set incomplete, not this door.
    """
    if statement.procedure in BY_PAPER:
        raise Refusal("seam.by-paper", at="$.statement.procedure", procedure=statement.procedure)
    device = device_of(statement.device)
    who, maker = applicant_of(statement, doer(seam), device)
    external = External(statement.external_number, statement.received_at)
    number = open_filing(
        statement.procedure, by=who, now=now, device=device.code if device else None, maker=maker,
        form=statement.form, channel=CHANNEL, external=external,
    )  # fmt: skip
    for attachment, content in papers:
        upload = Upload(attachment.kind, content, attachment.name, attachment.media_type)
        attach_paper(number, upload, by=who, now=now, home=home)
    because = f"{CHANNEL} {statement.external_number}"
    move_filing(number, first_verb(statement.procedure), by=who, because=because, now=now, facts=_FACTS)
    return number


_FACTS: Final[Mapping[str, object]] = {"confirm_defects": True}


def first_verb(procedure: str) -> str:
    """The move by which an applicant hands in."""
    return "request_cancellation" if procedure == "cancellation" else "submit"


def _seal(number: str, proof: Proof, *, home: Home, now: datetime) -> None:
    verified = proof.verified
    Seal.objects.create(
        filing=Filing.objects.get(number=number), what="import", digest=proof.digest, signer=verified.signer,
        suite=verified.suite, signature=proof.value, qualified=verified.qualified, at=now,
        stamp=stamper(home).stamp(proof.digest, now=now),
    )  # fmt: skip


def _record(number: str, statement: Statement, seam: str, now: datetime) -> None:
    audit.record(
        "register.filing.import", f"filing {number}", by=doer(seam), now=now,
        because=statement.external_number, service=statement.service, received_at=statement.received_at,
    )  # fmt: skip


def _report(row: Filing, *, repeated: bool) -> ImportReport:
    seal = Seal.objects.get(filing=row, what="import")
    return ImportReport(
        number=row.number, external_number=row.external_number, state=row.state, digest=seal.digest,
        signer=seal.signer, qualified=seal.qualified, repeated=repeated,
    )  # fmt: skip
