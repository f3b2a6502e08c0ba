# SPDX-License-Identifier: Apache-2.0
"""Narratives: clear when they name nobody, sealed and held when they do, until a person has redacted them.

The kind of detail is told, the detail never.  What was sealed stays sealed beside the released text, so that
a redaction can be judged later by whoever may open it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records import vault_keys
from nadzor.vigilance.models import EventDocument, Narrative
from nadzor.vigilance.plain_text import personal_in, plain

NARRATIVE_MAX: Final = 4_000  # as on the wire: what an installation can send, a person can send
_PURPOSE: Final = b"nadzor vigilance: held narrative v1"


def keep_narrative(home: Home, document: EventDocument, text: str, *, kind: str = "") -> bool:
    """Keep a document's free text and return whether it is held; `kind` when another door found a detail."""
    row = narrative_row(home, document, text, kind=kind)
    if row is None:
        return False
    row.save()
    return bool(row.held)


def narrative_row(home: Home, document: EventDocument, text: str, *, kind: str = "") -> Narrative | None:
    """The row of a document's free text, not saved yet; sealed if the text names somebody, None if empty.

    Method: AES-256-GCM under a key derived from the vault key, bound to the document's number.
    """
    words = plain(text).strip()
    if not words:
        return None
    found = kind or personal_in(words)
    if not found:
        return Narrative(document=document, text=words)
    made = vault_keys.seal(home, _PURPOSE, words.encode(), bound=_bound(document.pk))
    return Narrative(document=document, held=True, kind=found[:20], nonce=made.nonce, sealed=made.text)


def opened(home: Home, row: Narrative) -> str:
    """A sealed narrative in clear.  The caller is an action that has asked who reads it and records that.

    Raises: Refusal vigilance.narrative-damaged when the seal does not open.
    """
    if row.sealed is None or row.nonce is None:
        return str(row.text)
    return _unsealed(home, row).clear.decode()


def sealed_narratives() -> list[int]:
    """The documents whose narratives are sealed."""
    rows = Narrative.objects.exclude(sealed=None).order_by("document_id")
    return list(rows.values_list("document_id", flat=True))


def version_of(home: Home, document: int) -> int:
    """The version of the key that opens a narrative's seal; nothing of it comes out.

    Raises: Refusal vigilance.narrative-damaged.
    """
    return _unsealed(home, Narrative.objects.get(document=document)).version


def reseal(home: Home, document: int) -> bool:
    """Seal a narrative anew under the newest key; False when it lies under that one already.

    Raises: Refusal vigilance.narrative-damaged.
    """
    row = Narrative.objects.get(document=document)
    found = _unsealed(home, row)
    if found.version == vault_keys.versions(home)[0]:
        return False
    made = vault_keys.seal(home, _PURPOSE, found.clear, bound=_bound(document))
    same = Narrative.objects.filter(document=document, nonce=row.nonce)
    return bool(same.update(nonce=made.nonce, sealed=made.text))


def release(row: Narrative, text: str, *, by: str, now: datetime) -> None:
    """Put the redacted text in the narrative's place; what was sealed stays sealed."""
    row.text, row.held, row.released_at, row.released_by = text, False, now, by
    row.save(update_fields=["text", "held", "released_at", "released_by"])


def _unsealed(home: Home, row: Narrative) -> vault_keys.Opened:
    sealed = vault_keys.Sealed(bytes(row.nonce or b""), bytes(row.sealed or b""))
    try:
        return vault_keys.unseal(home, _PURPOSE, sealed, bound=_bound(row.document_id))  # type: ignore[attr-defined]
    except (InvalidTag, ValueError) as error:
        raise Refusal("vigilance.narrative-damaged") from error


def _bound(document: int) -> bytes:
    return f"document {document}".encode()
