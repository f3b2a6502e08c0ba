# SPDX-License-Identifier: Apache-2.0
"""What the portal's forms send, by the names of their addresses: every field with an honest word.

A word that begins with `@` is what the world calls its own thing; `@file` is sent as a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.attack.matrix_bodies import PDF, WORDS

BECAUSE: Final = {"because": WORDS}
APPROVED: Final = {"decision": "approve", **BECAUSE}
TYPED: Final = {"code": "000000", "name": "Key", "credential": "{}"}
FORMS: Final[Mapping[str, Mapping[str, str | list[str]]]] = {
    "baseline-set": {"first": "@long-ago", "last": "@month-ago", **BECAUSE},
    "case-ground": {"kind": "event", "ref": "@event", **BECAUSE},
    "case-new": {"procedure": "case", "device": "@device", **BECAUSE},
    "case-recompute": {"calculation": "poisson-ci", "observed": "27", "expected": "9", **BECAUSE},
    "clinic-answer": {"answer": WORDS, "answer-1": WORDS},
    "clinic-event-add": {"words": WORDS},
    "clinic-event-decide": {"verb": "withdraw", **BECAUSE},
    "clinic-letter-answer": {"text": WORDS},
    "clinic-missing": {"installation": "@installation", "device": "@device", "text": WORDS},
    "clinic-report": {"system": "@device", "wrong": ["missed"], "event_on": "@today", "aware_on": "@today",
                      "harm": "none", "words": WORDS, "step": "send"},
    "clinic-volume": {"month": "@month", "studies": "1000"},
    "clinic-warning-confirm": {"answer": "stopped"},
    "connect-move": {"clinic": "@oid", "keyid": "@key", "since": "@today", **BECAUSE},
    "declared-send": {"file": "@file"},
    "deferral-end": {},
    "deferral-place": {"device": "@device", "site": "", "days": "5", **BECAUSE},
    "delegate": {"to": "registrar", "order": "No 7", "valid_from": "@today", "valid_until": "@next-month",
                 "procedures": ["case"]},
    "delegation-end": {},
    "dispute-open": {},
    "dispute-settle": {"outcome": "explained", **BECAUSE},
    "drafts": {"maker": "@maker", "name.ru": "Проба", "name.en": "Trial", "modality": "DX"},
    "duty-set": {"day": "@tomorrow", "who": "inspector"},
    "embargo-end": {**BECAUSE},
    "embargo-place": {"device": "@device", "version": "1.0", "hides": ["version"], "until": "@next-week",
                      **BECAUSE},
    "ethics-answer": {"planning.need": "partly"},
    "event-acknowledge": {},
    "event-case": {**BECAUSE},
    "event-document": {"kind": "report", "event_type": "malfunction", "narrative": WORDS},
    "event-import": {"source": "QMS", "file": "@file"},
    "event-move": {"verb": "ask", "ask-question": WORDS, "ask-because": WORDS},
    "event-narrative": {"text": WORDS},
    "event-narrative-release": {"text": WORDS},
    "event-new": {"system": "@device", "wrong": ["missed"], "event_on": "@today", "aware_on": "@today",
                  "harm": "none", "words": WORDS, "told": "clinic"},
    "event-pair-judge": {"first": "@event", "second": "@other-event", "verdict": "same", **BECAUSE},
    "factor-reset-decide": {"decision": "confirm", "because-1": WORDS},
    "filing-check": {"verb": "submit", "declared": "yes", "confirm_defects": "yes"},
    "filing-evidence": {"kind": "technical_trial", "body": "accredited-laboratory", "number": "12-T",
                        "day": "@today", "outcome": "none", "text": WORDS},
    "filing-form": {"product.name": "Проба", "do": "stay"},
    "filing-move": {"verb": "withdraw", "withdraw.because": WORDS, "withdraw.confirm": "yes"},
    "filing-new": {"procedure": "registration_simplified", "name.ru": "Проба", "name.en": "Trial"},
    "filing-papers": {"kind": "operating_documentation", "file": "@file"},
    "hold-lift": {"lift-1": WORDS},
    "hold-place": {"hold-installation": "@installation", "hold-because": WORDS, "hold-about": "court"},
    "interest": {"organisation": "@maker", "why": WORDS},
    "interest-end": {},
    "letter-answer": {"text": WORDS},
    "letter-answer-release": {"text": WORDS},
    "letter-new": {"site": "@site", "kind": "general", "about": "", "text": WORDS},
    "login": {"username": "nobody-here", "password": "wrong"},
    "login-foreign": {"next": "/"},
    "login-second": TYPED,
    "logout": {},
    "monitoring-move": {"verb": "draft"},
    "monitoring-plan": {"goals": WORDS, "population": "adults", "sample_size": "400"},
    "monitoring-words": {"literature": WORDS},
    "month-sign": {},
    "morning-read": {"up_to": "@now"},
    "notice-end": {**BECAUSE},
    "notice-publish": {"title_ru": "Задержка", "title_en": "Delay", "text_ru": "Слова", "text_en": WORDS},
    "notice-read": {},
    "notices-read": {},
    "opinions": {},
    "preferences": {"theme": "dark", "next": "/"},
    "printed-code-make": {"installation": "@installation"},
    "printed-code-revoke": {},
    "prove": {"password": "wrong", "next": "/"},
    "prove-foreign": {},
    "qualify-anew": {},
    "qualify-question": {"answer": "eaeu"},
    "quiet-look": {"outcome": "nothing", "note": WORDS},
    "receipt": {"receipt": "{}"},
    "release-build": {"series": "use-month", "period": "@month"},
    "release-publish": {},
    "retention-ask": {"shelf": "@shelf", **BECAUSE},
    "say": {"wrong": ["missed"], "event_on": "@today", "harm": "none", "words": WORDS},
    "security-app": TYPED,
    "security-codes": {},
    "security-factor-remove": {},
    "security-key": TYPED,
    "security-key-rename": {"name": "Key"},
    "security-link": {},
    "security-password": {"old": "wrong", "new": WORDS, "again": WORDS},
    "security-session-end": {},
    "security-sessions-end": {},
    "security-token-revoke": {},
    "security-tokens": {"days": "30", "scope": "read"},
    "security-unlink": {},
    "shred-decide": {"decision": "approve", "because-1": WORDS},
    "shred-do": {},
    "shred-order": {"installation": "@spent", "month": "@spent-month", **BECAUSE},
    "signal-move": {"verb": "take", "take-because": WORDS},
    "transmission-move": {"verb": "revoke_access", **BECAUSE},
    "vault-ask": {"purpose": "court", "sites": "@site", "about": "@device", **BECAUSE},
    "vault-close": {},
    "vault-decide": APPROVED,
    "vault-look": {"site": "@site"},
    "vault-month": {},
    "vault-review": {"finding": "justified", **BECAUSE},
    "warning-decide": {"decision": "publish", **BECAUSE},
    "warning-remind": {},
}  # fmt: skip
#: Of these there is a page besides; every other is only sent.
WITH_PAGE: Final = {
    "case-new", "clinic-report", "drafts", "event-document", "event-import", "event-narrative", "event-new",
    "factor-reset-decide", "filing-check", "filing-form", "filing-new", "filing-papers", "letter-answer",
    "letter-new", "login", "login-foreign", "login-second", "monitoring-plan", "opinions", "prove",
    "qualify-question", "quiet-look", "receipt", "say", "security-app", "security-key", "security-password",
    "security-tokens", "vault-ask",
}  # fmt: skip
SENT_ONLY: Final = frozenset(FORMS) - WITH_PAGE


def fields_of(name: str, known: Mapping[str, str]) -> dict[str, Any]:
    """An honest form of an address, in the world's own words; files are made anew each time."""
    return {field: _said(word, known) for field, word in FORMS[name].items()}


def _said(word: str | list[str], known: Mapping[str, str]) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    if word == "@file":
        return SimpleUploadedFile("manual.pdf", PDF, "application/pdf")
    return known[word[1:]] if isinstance(word, str) and word.startswith("@") else word
