# SPDX-License-Identifier: Apache-2.0
"""Whether an ID token is what this flow waited for; every check of it stands in this file.

Method: OpenID Connect Core 1.0 section 3.1.3.7.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import jwt
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.people.oidc.flow import Flow
from nadzor.people.oidc.provider import Provider

SUBJECT_MAX: Final = 190
OLDEST_S: Final = 600  # a token issued before the flow began is none of this flow
_KINDS: Final = {"RS256": "RSA", "ES256": "EC"}


class Identity(Struct, frozen=True):
    """Who came, in the provider's words."""

    issuer: str
    subject: str


class KeyUnknown(Exception):
    """The token names a key that is not in the set: the provider may have changed its keys."""


def identity(
    token: str, keys: Sequence[Mapping[str, Any]], provider: Provider, flow: Flow, *, now: datetime
) -> Identity:
    """Who the token speaks of.

    Raises: KeyUnknown; Refusal people.foreign-mismatch, which says what did not fit.
    """
    told = _signed(token, keys, provider)
    _must(told.get("iss") == provider.issuer, "issuer")
    _must(_is_for_us(told, provider.client_id), "audience")
    nonce = told.get("nonce")
    _must(isinstance(nonce, str) and hmac.compare_digest(nonce.encode(), flow.nonce.encode()), "nonce")
    _in_time(told, provider, flow, now=now.timestamp())
    return Identity(provider.issuer, _subject(told, provider.subject))


def _signed(token: str, keys: Sequence[Mapping[str, Any]], provider: Provider) -> dict[str, Any]:
    """The claims under the issuer's signature.  Why: which algorithms count is ours to say."""
    try:
        head = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise Refusal("people.foreign-mismatch", what="token") from error
    algorithm = head.get("alg")
    _must(algorithm in provider.algorithms, "algorithm")
    key = _key(keys, algorithm, head.get("kid"))
    options = {"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    try:
        told: dict[str, Any] = jwt.decode(
            token, jwt.PyJWK(dict(key), algorithm=algorithm), [algorithm], options
        )  # type: ignore[arg-type]
    except (jwt.PyJWTError, ValueError) as error:
        raise Refusal("people.foreign-mismatch", what="signature") from error
    return told


def _key(keys: Sequence[Mapping[str, Any]], algorithm: str, kid: object) -> Mapping[str, Any]:
    """The key a token names; without a name there must be one key alone."""
    fit = [key for key in keys if key.get("kty") == _KINDS[algorithm] and key.get("use", "sig") == "sig"]
    fit = [key for key in fit if key.get("kid") == kid] if kid is not None else fit
    if not fit:
        raise KeyUnknown
    _must(len(fit) == 1, "key")
    return fit[0]


def _is_for_us(told: Mapping[str, Any], client: str) -> bool:
    """Meant for us; where it is meant for others, too, or names a party, that party is us."""
    heard = told.get("aud")
    named = [heard] if isinstance(heard, str) else heard if isinstance(heard, list) else []
    party = told.get("azp")
    return client in named and (party == client if party is not None or len(named) > 1 else True)


def _in_time(told: Mapping[str, Any], provider: Provider, flow: Flow, *, now: float) -> None:
    ends, made = told.get("exp"), told.get("iat")
    _must(_is_number(ends) and now < ends + provider.skew_s, "expiry")  # type: ignore[operator]
    _must(_is_number(made) and now - OLDEST_S - provider.skew_s < made < now + provider.skew_s + 1, "issue")  # type: ignore[operator]
    begins = told.get("nbf", made)
    _must(_is_number(begins) and begins < now + provider.skew_s + 1, "begin")  # type: ignore[operator]
    if flow.purpose == "prove":
        proved = told.get("auth_time")
        _must(_is_number(proved) and proved >= flow.began - provider.skew_s, "proof")  # type: ignore[operator]


def _subject(told: Mapping[str, Any], way: Sequence[str]) -> str:
    """The subject at the end of the way through the claims; a number counts as its digits."""
    found: Any = told
    for step in way:
        found = found.get(step) if isinstance(found, Mapping) else None
    text = str(found) if isinstance(found, str) or _is_number(found) else ""
    _must(0 < len(text) <= SUBJECT_MAX, "subject")
    return text


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _must(fits: object, what: str) -> None:
    if not fits:
        raise Refusal("people.foreign-mismatch", what=what)
