# SPDX-License-Identifier: Apache-2.0
"""Answers to letters that name a person: sealed and held, until somebody has written what may stand there.

The answer counts as given from the moment it came; its words wait.  What was sealed stays sealed beside the
released text, so that a redaction can be judged later by whoever may open it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records import vault_keys
from nadzor.vigilance.models import SiteLetter

_PURPOSE: Final = b"nadzor vigilance: held answer to a letter v1"


def put_answer(home: Home, row: SiteLetter, words: str, *, kind: str) -> None:
    """Put an answer into its row, not saved yet; sealed when a `kind` of personal detail was found in it.

    Method: AES-256-GCM under a key derived from the vault key, bound to the letter's number.
    """
    if not kind:
        row.answer = words
        return
    made = vault_keys.seal(home, _PURPOSE, words.encode(), bound=_bound(row.number))
    row.held, row.held_kind, row.nonce, row.sealed = True, kind[:20], made.nonce, made.text


def answer_opened(home: Home, row: SiteLetter) -> str:
    """The answer as it was sent.  The caller is an action that has asked who reads it and records that.

    Raises: Refusal letter.answer-damaged when the seal does not open.
    """
    return str(row.answer) if row.sealed is None else _unsealed(home, row).clear.decode()


def release_answer(row: SiteLetter, text: str, *, by: str, now: datetime) -> None:
    """Put the redacted text in the answer's place; what was sealed stays sealed."""
    row.answer, row.held, row.released_at, row.released_by = text, False, now, by
    row.save(update_fields=["answer", "held", "released_at", "released_by"])


def sealed_answers() -> list[str]:
    """The letters whose answers are sealed."""
    rows = SiteLetter.objects.exclude(sealed=None).order_by("number")
    return list(rows.values_list("number", flat=True))


def version_of(home: Home, number: str) -> int:
    """The version of the key that opens an answer's seal; nothing of it comes out.

    Raises: Refusal letter.answer-damaged.
    """
    return _unsealed(home, SiteLetter.objects.get(number=number)).version


def reseal(home: Home, number: str) -> bool:
    """Seal an answer anew under the newest key; False when it lies under that one already.

    Raises: Refusal letter.answer-damaged.
    """
    row = SiteLetter.objects.get(number=number)
    found = _unsealed(home, row)
    if found.version == vault_keys.versions(home)[0]:
        return False
    made = vault_keys.seal(home, _PURPOSE, found.clear, bound=_bound(number))
    same = SiteLetter.objects.filter(number=number, nonce=row.nonce)
    return bool(same.update(nonce=made.nonce, sealed=made.text))


def _unsealed(home: Home, row: SiteLetter) -> vault_keys.Opened:
    sealed = vault_keys.Sealed(bytes(row.nonce or b""), bytes(row.sealed or b""))
    try:
        return vault_keys.unseal(home, _PURPOSE, sealed, bound=_bound(row.number))
    except (InvalidTag, ValueError) as error:
        raise Refusal("letter.answer-damaged") from error


def _bound(number: str) -> bytes:
    return f"letter {number}".encode()
