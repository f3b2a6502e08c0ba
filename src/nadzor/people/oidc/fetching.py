# SPDX-License-Identifier: Apache-2.0
"""Calls to the provider: short, bounded, without redirects, and only to what `oidc.json` names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
import requests
from django.core.cache import cache

from nadzor.base.problems import Refusal
from nadzor.people.oidc.client_auth import Asked, proof_for_token
from nadzor.people.oidc.flow import Flow
from nadzor.people.oidc.id_token import Identity, KeyUnknown, identity
from nadzor.people.oidc.provider import Provider, checked

LIMIT_S: Final = (3.05, 8)  # to connect, to answer
BYTES_MAX: Final = 512 * 1024
KNOWN_S: Final = 3600
WELL_KNOWN: Final = "/.well-known/openid-configuration"
DOWN: Final = "people.foreign-down"


def discovered(provider: Provider) -> Provider:
    """The provider with the endpoints it tells of itself, where the operator named none.

    Raises: Refusal people.foreign-down, people.foreign-mismatch where it names another issuer.
    """
    if provider.is_complete:
        return provider
    told = _kept(provider.issuer.rstrip("/") + WELL_KNOWN)
    if told.get("issuer") != provider.issuer:
        raise Refusal("people.foreign-mismatch", what="issuer")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    found = {name: getattr(provider, name) or str(told.get(name, "")) for name in names}
    names_issuer = (
        provider.must_name_issuer or told.get("authorization_response_iss_parameter_supported") is True
    )
    whole = checked(msgspec.structs.replace(provider, **found, must_name_issuer=names_issuer))
    if not whole.is_complete:
        raise Refusal(DOWN)
    return whole


def token_for(code: str, flow: Flow, asked: Asked, *, back: str) -> str:
    """The ID token that the provider gives for a code.

    Raises: Refusal people.foreign-down, people.foreign-denied for a code it does not take.
    """
    proof = proof_for_token(asked)
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": back, "state": flow.state,
        "client_id": asked.provider.client_id, "code_verifier": flow.verifier, "scope": asked.provider.scope,
        "token_type": "Bearer", **proof.fields,
    }  # fmt: skip
    told = _called("POST", asked.provider.token_endpoint, form=form, headers=proof.headers)
    token = told.get("id_token")
    if not isinstance(token, str):
        raise Refusal("people.foreign-denied")
    return token


def identity_of(token: str, flow: Flow, provider: Provider, *, now: datetime) -> Identity:
    """Who came; keys that the provider changed meanwhile are asked for once more.

    Raises: Refusal people.foreign-mismatch, people.foreign-down.
    """
    try:
        return identity(token, _keys(provider), provider, flow, now=now)
    except KeyUnknown:
        cache.delete(_place(provider.jwks_uri))
    try:
        return identity(token, _keys(provider), provider, flow, now=now)
    except KeyUnknown as error:
        raise Refusal("people.foreign-mismatch", what="key") from error


def proved_identity(code: str, flow: Flow, asked: Asked, *, back: str) -> Identity:
    """From a code to who came.

    Raises: Refusal people.foreign-down, people.foreign-denied, people.foreign-mismatch.
    """
    token = token_for(code, flow, asked, back=back)
    return identity_of(token, flow, asked.provider, now=asked.now)


def _keys(provider: Provider) -> list[Mapping[str, Any]]:
    found = _kept(provider.jwks_uri).get("keys")
    return [key for key in found if isinstance(key, dict)] if isinstance(found, list) else []


def _kept(address: str) -> dict[str, Any]:
    """A page of the provider, asked for once an hour."""
    known: dict[str, Any] | None = cache.get(_place(address))
    if known is None:
        known = _called("GET", address)
        cache.set(_place(address), known, KNOWN_S)
    return known


def _place(address: str) -> str:
    return f"oidc {address}".replace(" ", "-")


def _called(
    method: str,
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What an endpoint says.

    Raises: Refusal people.foreign-down for no answer, one that is too long or is no JSON object;
    people.foreign-denied for an answer of its own refusal.
    """
    try:
        with requests.request(
            method, address, data=form, timeout=LIMIT_S, allow_redirects=False, stream=True,
            headers={"Accept": "application/json", **(headers or {})},
        ) as answer:  # fmt: skip
            body = answer.raw.read(BYTES_MAX + 1, decode_content=True)
            status = answer.status_code
    except (requests.RequestException, OSError) as error:
        raise Refusal(DOWN) from error
    if 400 <= status < 500:
        raise Refusal("people.foreign-denied")
    return _object(body, status)


def _object(body: bytes, status: int) -> dict[str, Any]:
    try:
        told = msgspec.json.decode(body) if status == requests.codes.ok and len(body) <= BYTES_MAX else None
    except msgspec.DecodeError as error:
        raise Refusal(DOWN) from error
    if not isinstance(told, dict):
        raise Refusal(DOWN)
    return told
