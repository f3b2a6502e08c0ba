# SPDX-License-Identifier: Apache-2.0
"""Every failed try to sign in is a line of the log, under a keyed hash of the name that was typed.

Why not the name: a clinic's tells the clinic, and people type their password into the wrong field.
"""

from __future__ import annotations

import hmac
from typing import Any, Final

import structlog
from django.contrib.auth.signals import user_login_failed

from nadzor.people.adapters import factor_key

MARK: Final = 16
log = structlog.get_logger()


def listen() -> None:
    """Hear of failures from now on; a second call changes nothing."""
    user_login_failed.connect(_failed, dispatch_uid="nadzor.people.failed_tries")


def _failed(credentials: dict[str, Any] | None = None, **_more: object) -> None:
    name = str((credentials or {}).get("username", ""))
    mark = hmac.new(factor_key(), name.encode("utf-8", "replace"), "sha256").hexdigest()[:MARK]
    log.warning("sign-in.failed", account=mark)
