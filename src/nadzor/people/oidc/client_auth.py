# SPDX-License-Identifier: Apache-2.0
"""How the house proves itself to the provider: one small pure function a way, in a table.

Another way (a hardware module, a national signature) is another function here; nothing else knows them.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import jwt
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509 import load_pem_x509_certificate
from msgspec import Struct

from nadzor.base.clock import MOSCOW
from nadzor.base.problems import Refusal
from nadzor.people.oidc.provider import Provider, Secrets

ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIVES: Final = timedelta(minutes=2)
STAMP: Final = "%Y.%m.%d %H:%M:%S %z"


class Proof(Struct, frozen=True):
    """What is added to a request: fields of its form, and headers."""

    fields: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}


class Asked(Struct, frozen=True):
    """What a proof may rest on: the provider, our secrets, the flow's state, the moment."""

    provider: Provider
    secrets: Secrets
    state: str
    now: datetime


def proof_for_token(asked: Asked) -> Proof:
    """The proof that goes with the request for a token.

    Raises: Refusal people.foreign-settings where the key of this way is missing or unreadable.
    """
    return _made(WAYS[asked.provider.client_auth], asked)


def proof_for_asking(asked: Asked) -> Proof:
    """The proof that goes with the person's browser to the provider; most ways have none there.

    Raises: Refusal people.foreign-settings.
    """
    return _made(_esia_signed, asked) if asked.provider.client_auth == "esia_signed" else Proof()


def _made(way: Callable[[Asked], Proof], asked: Asked) -> Proof:
    try:
        return way(asked)
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise Refusal("people.foreign-settings") from error


def _secret_post(asked: Asked) -> Proof:
    return Proof({"client_secret": _there(asked.secrets.secret)})


def _secret_basic(asked: Asked) -> Proof:
    """Method: RFC 6749 section 2.3.1: both parts are form-encoded before they are joined."""
    pair = f"{quote(asked.provider.client_id, safe='')}:{quote(_there(asked.secrets.secret), safe='')}"
    return Proof(headers={"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()})


def _private_key_jwt(asked: Asked) -> Proof:
    """Method: RFC 7523; for the token endpoint alone, good for two minutes and once."""
    key = load_pem_private_key(asked.secrets.key, password=None)
    told = {
        "iss": asked.provider.client_id, "sub": asked.provider.client_id,
        "aud": asked.provider.token_endpoint, "jti": str(uuid.uuid4()),
        "iat": int(asked.now.timestamp()), "exp": int((asked.now + ASSERTION_LIVES).timestamp()),
    }  # fmt: skip
    algorithm = "RS256" if hasattr(key, "public_key") and _is_rsa(key) else "ES256"
    signed = jwt.encode(told, key, algorithm=algorithm)  # type: ignore[arg-type]
    return Proof({"client_assertion_type": ASSERTION, "client_assertion": signed})


def _esia_signed(asked: Asked) -> Proof:
    """Method: ESIA: a detached CMS signature over scope, timestamp, client, state; URL-safe base 64."""
    stamp = asked.now.astimezone(MOSCOW).strftime(STAMP)
    signed = asked.provider.scope + stamp + asked.provider.client_id + asked.state
    certificate = load_pem_x509_certificate(asked.secrets.certificate)
    key: Any = load_pem_private_key(asked.secrets.key, password=None)
    builder = PKCS7SignatureBuilder().set_data(signed.encode()).add_signer(certificate, key, SHA256())
    raw = builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])
    return Proof({"client_secret": base64.urlsafe_b64encode(raw).decode(), "timestamp": stamp})


def _there(secret: str) -> str:
    if not secret:
        raise ValueError("no secret among the keys")
    return secret


def _is_rsa(key: Any) -> bool:
    return hasattr(key, "key_size") and not hasattr(key, "curve")


WAYS: Final[dict[str, Callable[[Asked], Proof]]] = {
    "secret_post": _secret_post,
    "secret_basic": _secret_basic,
    "private_key_jwt": _private_key_jwt,
    "esia_signed": _esia_signed,
}
