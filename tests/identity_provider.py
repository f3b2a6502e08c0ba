# SPDX-License-Identifier: Apache-2.0
"""An identity provider to test against: a real server of this machine, keys made here, that can also lie."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT: Final = "nadzor-portal"
SECRET: Final = "a secret for tests"
RSA: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC: Final = ec.generate_private_key(ec.SECP256R1())


class IdentityProvider:
    """What the provider knows: its keys, the codes it gave, and how it lies."""

    def __init__(self) -> None:
        self.issuer = ""
        self.keys: dict[str, Any] = {"first": RSA}
        self.signs_with = "first"
        self.algorithm = "RS256"
        self.lies: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[tuple[str, dict[str, str], str]] = []
        self.shown: tuple[str, ...] = ()  # the keys its page names; all, if empty
        self.discovery: dict[str, Any] = {}

    def page(self, path: str) -> dict[str, Any] | None:
        """What a GET answers."""
        if path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            told = {name: f"{self.issuer}/{name}" for name in names}
            return {
                "issuer": self.issuer,
                "authorization_response_iss_parameter_supported": True,
                **told,
            } | self.discovery
        if path == "/jwks_uri":
            named = self.shown or tuple(self.keys)
            return {"keys": [_public(kid, self.keys[kid]) for kid in named]}
        return None

    def authorise(self, address: str, now: float, *, subject: str = "person-1") -> dict[str, str]:
        """The person says yes: what the provider sends back with the browser."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked | {"subject": subject, "now": str(now)}
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def token(self, form: dict[str, str], headers: Any) -> tuple[int, dict[str, Any]]:
        """What the token endpoint answers; a code is taken once, and only with its verifier."""
        self.asked.append(("token", form, headers.get("Authorization", "")))
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or asked["code_challenge"] != _challenge(form.get("code_verifier", "")):
            return 400, {"error": "invalid_grant"}
        now = int(float(asked["now"]))
        claims = {"iss": self.issuer, "sub": asked["subject"], "aud": CLIENT, "nonce": asked["nonce"]}
        claims |= {"iat": now, "exp": now + 300, "auth_time": now}
        told = {name: value for name, value in (claims | self.lies).items() if value is not None}
        key = None if self.algorithm == "none" else self.keys[self.signs_with]
        signed = jwt.encode(told, key, algorithm=self.algorithm, headers={"kid": self.signs_with})
        return 200, {"id_token": signed, "access_token": "none", "token_type": "Bearer"}


@contextmanager
def serving(provider: IdentityProvider) -> Iterator[IdentityProvider]:
    """The provider behind a port of this machine."""

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = provider.page(urlsplit(self.path).path)
            self._say(200 if told else 404, told or {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*provider.token(form, self.headers))

        def _say(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def _public(kid: str, key: Any) -> dict[str, Any]:
    maker: Any = (
        jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    )
    told: dict[str, Any] = maker.to_jwk(key.public_key(), as_dict=True)
    return told | {"kid": kid, "use": "sig"}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
