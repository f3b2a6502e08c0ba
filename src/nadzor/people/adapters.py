# SPDX-License-Identifier: Apache-2.0
"""What allauth asks of us: who may sign up (nobody), where signing in leads, how secrets are kept.

Why: its tables and its ceremony for keys are well tested; its pages, letters and sign-up are not for us.
"""

from __future__ import annotations

import base64
import secrets
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest

STAGE: Final = "nadzor.portal.second_step.SecondStep"
_NONCE: Final = 12
_PURPOSE: Final = b"nadzor second factor v1"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the operator; letters are our own notices."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def get_login_stages(self) -> list[str]:
        """What stands between the password and the desk."""
        return [STAGE]

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address the server saw, the same that the lock-out counts by."""
        return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104

    def add_message(self, *_args: Any, **_more: Any) -> None:
        """Our pages say themselves what happened."""

    def send_notification_mail(self, *_args: Any, **_more: Any) -> None:
        """Security letters are notices of the house, in both languages."""


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors lie sealed: the database alone opens nothing."""

    def encrypt(self, text: str) -> str:
        """A secret as it is kept."""
        nonce = secrets.token_bytes(_NONCE)
        return base64.b64encode(nonce + AESGCM(factor_key()).encrypt(nonce, text.encode(), _PURPOSE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """A kept secret, opened."""
        raw = base64.b64decode(encrypted_text)
        return AESGCM(factor_key()).decrypt(raw[:_NONCE], raw[_NONCE:], _PURPOSE).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """For which site a key signs: the host of the portal's address, whatever the request says."""
        return {"id": settings.PORTAL.hostname or "localhost", "name": settings.HOME.settings.origin}


class LinkAdapter(DefaultSocialAccountAdapter):
    """Foreign identities are linked to accounts that stand; none makes one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody signs up."""
        return False


def factor_key() -> bytes:
    """The key of second factors: its own, so that a fresh secret of sessions leaves every factor as it is."""
    seed = settings.HOME.factor_seed()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(seed)
