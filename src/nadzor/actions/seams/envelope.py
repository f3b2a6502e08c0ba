# SPDX-License-Identifier: Apache-2.0
"""What crosses the seam: a statement as exact bytes, a detached signature over them, the files it names.

Why: a signature is over bytes; a statement that is parsed and written anew before it is checked would be
somebody else's.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from nadzor.actions.seams.signer import Signature
from nadzor.base.problems import Refusal
from nadzor_wire.base64text import unb64

STATEMENT_MAX: Final = 1_000_000  # bytes: a statement is words; its files come beside it
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="SHA-256, hexadecimal")]
Line = Annotated[str, Meta(max_length=300)]
Moment = Annotated[datetime, Meta(tz=True)]


class Party(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An organisation by its numbers, as in the state register of legal entities."""

    inn: Annotated[str, Meta(max_length=12)]
    ogrn: Annotated[str, Meta(max_length=15)] = ""
    name: Line = ""


class Maker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The maker, when the applicant is its representative: by INN, or by its code here when it has none."""

    inn: Annotated[str, Meta(max_length=12)] = ""
    code: Annotated[str, Meta(max_length=64)] = ""


class Attachment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that the statement names; its bytes come beside the statement."""

    kind: Annotated[str, Meta(max_length=60, description="a paper of the dossier's checklist")]
    name: Annotated[str, Meta(max_length=255)]
    media_type: Annotated[str, Meta(max_length=100)]
    sha256: Digest


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A filing as the state's portal received it."""

    external_number: Annotated[str, Meta(pattern=r"^[0-9A-Za-zА-Яа-яЁё./_-]{1,64}\Z")]
    received_at: Moment
    service: Annotated[str, Meta(max_length=20, description="service code: 630782 national registration")]
    procedure: Annotated[str, Meta(max_length=40, description="one of the procedures of docs/reference")]
    applicant: Party
    maker: Maker | None = None
    device: Annotated[
        str, Meta(max_length=60, description="registration number, for all but registration")
    ] = ""
    form: dict[str, Any]
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=100)] = ()
    v: int = 1


class File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bytes of one attachment: in the envelope, or in a file beside it."""

    sha256: Digest
    content: Annotated[str, Meta(description="base64")] = ""
    path: Annotated[str, Meta(max_length=255, description="a file beside the envelope; from disk only")] = ""


class Envelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement with its signature and files."""

    statement: Annotated[str, Meta(description="the statement's JSON, base64: these very bytes are signed")]
    signature: Signature
    files: Annotated[tuple[File, ...], Meta(max_length=100)] = ()
    v: int = 1


def open_envelope(content: bytes) -> tuple[Envelope, bytes, Statement]:
    """The envelope, the statement's very bytes, and what they say; nothing of it is checked yet.

    Raises: Refusal seam.envelope naming the place.
    """
    envelope = _decoded(content, Envelope, "$")
    try:
        told = unb64(envelope.statement)
    except ValueError:
        raise Refusal("seam.envelope", at="$.statement", detail="base64") from None
    if len(told) > STATEMENT_MAX:
        raise Refusal("seam.envelope", at="$.statement", detail=f"> {STATEMENT_MAX} B")
    return envelope, told, _decoded(told, Statement, "$.statement")


def digest_of(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def schemas() -> dict[str, Any]:
    """JSON Schema of the envelope and of the statement in it."""
    return {"envelope": msgspec.json.schema(Envelope), "statement": msgspec.json.schema(Statement)}


def _decoded(content: bytes, kind: type[Any], at: str) -> Any:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("seam.envelope", at=at, detail=str(error)[:300]) from error
