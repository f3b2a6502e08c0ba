# SPDX-License-Identifier: Apache-2.0
"""The one provider a house may know: `oidc.json` in the data directory, its secrets among the keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text

FILE: Final = "oidc.json"
SECRET: Final = "oidc.secret"
KEY: Final = "oidc.pem"
CERTIFICATE: Final = "oidc.crt.pem"
RETURN: Final = "/login/foreign/return/"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
Address = Annotated[str, Meta(max_length=500)]


class Provider(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the operator wrote of the provider; endpoints left out are asked of it (discovery)."""

    issuer: Annotated[str, Meta(min_length=8, max_length=200)]
    client_id: Annotated[str, Meta(min_length=1, max_length=200)]
    client_auth: Literal["secret_post", "secret_basic", "private_key_jwt", "esia_signed"]
    label: Text
    authorization_endpoint: Address = ""
    token_endpoint: Address = ""
    jwks_uri: Address = ""
    scope: str = "openid"
    subject: tuple[str, ...] = ("sub",)  # the way to the subject, such as urn:esia:sbj, urn:esia:sbj:oid
    algorithms: tuple[Literal["RS256", "ES256"], ...] = ("RS256", "ES256")
    must_name_issuer: bool = False  # the answer carries `iss` (RFC 9207); discovery may say so, too
    skew_s: Annotated[int, Meta(ge=0, le=300)] = 60

    @property
    def is_complete(self) -> bool:
        """Whether nothing needs to be asked of the provider."""
        return bool(self.authorization_endpoint and self.token_endpoint and self.jwks_uri)


class Secrets(Struct, frozen=True):
    """What the house proves itself with to the provider."""

    secret: str = ""
    key: bytes = b""
    certificate: bytes = b""


def provider(home: Home) -> Provider | None:
    """The provider this house knows, or None.

    Raises: Refusal people.foreign-settings for a file of another form, or an address that is not HTTPS.
    """
    path = home.root / FILE
    if not path.is_file():
        return None
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Provider)
    except msgspec.DecodeError as error:
        raise Refusal("people.foreign-settings") from error
    return checked(found)


def checked(found: Provider) -> Provider:
    """The provider, if all its addresses may be called.  Plain HTTP is for this machine alone.

    Raises: Refusal people.foreign-settings.
    """
    addresses = (found.issuer, found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
    if not all(_may_be_called(address) for address in addresses if address):
        raise Refusal("people.foreign-settings")
    return found


def secrets_of(home: Home) -> Secrets:
    """The secrets that lie among the keys; those that are not there are empty."""
    raw = [_read(home.keys / name) for name in (SECRET, KEY, CERTIFICATE)]
    return Secrets(raw[0].decode().strip(), raw[1], raw[2])


def return_address(home: Home) -> str:
    """Where the provider sends people back to."""
    return home.settings.portal_url + RETURN


def _may_be_called(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK
    return parts.scheme == "https" and bool(parts.hostname) and not parts.username


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
