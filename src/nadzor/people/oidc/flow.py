# SPDX-License-Identifier: Apache-2.0
"""The steps of one flow: what goes to the provider with the person, and what must come back.

Method: OpenID Connect Core 1.0 (code flow), PKCE of RFC 7636 with S256, the issuer in the answer of RFC 9207.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.people.oidc.client_auth import Asked, Proof, proof_for_asking
from nadzor.people.oidc.provider import Provider, Secrets

LIVES: Final = timedelta(minutes=10)  # a person types a password at the provider meanwhile
CODE_MAX: Final = 4096
Purpose = Literal["sign_in", "link", "prove"]


class Flow(Struct, frozen=True, kw_only=True):
    """What this session waits for; it is used up by the first answer, whatever that says."""

    state: str
    nonce: str
    verifier: str
    issuer: str
    purpose: Purpose
    began: float
    next: str = ""
    user: int = 0


def begin(provider: Provider, *, purpose: Purpose, now: datetime, next: str = "", user: int = 0) -> Flow:
    """A flow with fresh secrets.  Why: the state is a UUID because ESIA takes nothing else."""
    return Flow(
        state=str(uuid.uuid4()),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        issuer=provider.issuer,
        purpose=purpose,
        began=now.timestamp(),
        next=next,
        user=user,
    )


def address(flow: Flow, provider: Provider, keys: Secrets, *, back: str, now: datetime) -> str:
    """Where the person is sent.

    Raises: Refusal people.foreign-settings where the house cannot prove itself.
    """
    proof: Proof = proof_for_asking(Asked(provider, keys, flow.state, now))
    asked = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": back,
        "scope": provider.scope, "state": flow.state, "nonce": flow.nonce,
        "code_challenge": challenge(flow.verifier), "code_challenge_method": "S256", **proof.fields,
    }  # fmt: skip
    if flow.purpose == "prove":
        asked |= {"prompt": "login", "max_age": "0"}
    joint = "&" if urlsplit(provider.authorization_endpoint).query else "?"
    return f"{provider.authorization_endpoint}{joint}{urlencode(asked)}"


def challenge(verifier: str) -> str:
    """What the provider is shown of the verifier.

    >>> challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def code_of(answer: Mapping[str, str], flow: Flow | None, provider: Provider, *, now: datetime) -> str:
    """The code of an answer that belongs to this flow.

    Raises: Refusal people.foreign-mismatch for an answer of another flow, provider or time, which says which;
    people.foreign-denied where the provider itself refused.
    """
    if flow is None:
        raise Refusal("people.foreign-mismatch", what="flow")
    if not hmac.compare_digest(answer.get("state", "").encode(), flow.state.encode()):
        raise Refusal("people.foreign-mismatch", what="state")
    if not timedelta(0) <= timedelta(seconds=now.timestamp() - flow.began) < LIVES:
        raise Refusal("people.foreign-mismatch", what="time")
    named = answer.get("iss", "")
    if flow.issuer != provider.issuer or (named or provider.must_name_issuer) and named != provider.issuer:
        raise Refusal("people.foreign-mismatch", what="issuer")
    if "error" in answer:
        raise Refusal("people.foreign-denied")
    code = answer.get("code", "")
    if not 0 < len(code) <= CODE_MAX:
        raise Refusal("people.foreign-mismatch", what="code")
    return code
