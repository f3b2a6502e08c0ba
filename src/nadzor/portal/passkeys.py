# SPDX-License-Identifier: Apache-2.0
"""What a browser is asked of a key: the challenge as JSON, read by our script and by nothing else."""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.webauthn.internal import auth
from django.conf import settings


def can_have_keys() -> bool:
    """Whether a key can sign for this portal at all: browsers ask for a name, not for a number."""
    host = settings.PORTAL.hostname or ""
    return not (host.replace(".", "").isdigit() or ":" in host)


def asked_options(user: Any) -> str:
    """The challenge for a key the account has; the session remembers it."""
    return json.dumps(auth.begin_authentication(user), default=dict)


def new_options(user: Any) -> str:
    """The challenge for a new key; the session remembers it."""
    return json.dumps(auth.begin_registration(user, False), default=dict)
