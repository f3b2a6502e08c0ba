# SPDX-License-Identifier: Apache-2.0
"""Signing and checking one request (RFC 9421, RFC 9530), with no choices left to the sender.

The suite is that of the key, as the key directory has it; Ed25519 with SHA-256 unless said otherwise.

The covered components stand in one order, the three parameters each once, one signature a request.
Anything else is refused with a code that says which rule it broke.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import NotRequired, TypedDict, Unpack

from cryptography.exceptions import InvalidSignature
from msgspec import Struct

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.limits import CARRIED_WINDOW_S, SIGNATURE_WINDOW_S
from nadzor_wire.suites import DEFAULT, SigningKey, Suite, VerifyingKey, signature_sizes, suite

TAG = "nadzor-intake"
CARRIED = "nadzor-carried"  # the tag of a batch that leaves an isolated network on a medium
LABEL = "nadzor"
COMPONENTS = ("@method", "@target-uri", "content-digest", "content-type", "nadzor-batch")
CODING = "content-encoding"  # covered if and only if the request has it

_INPUT = re.compile(r'([a-z][a-z0-9_-]{0,31})=(\(("[^"]*"(?: "[^"]*")*)\)((?:;[a-z]+=[^;,]*)*))')
_CREATED = re.compile(r";created=([1-9][0-9]{0,11})")
_KEYID = re.compile(r';keyid="([A-Za-z0-9._:-]{1,64})"')
_PARAMETER = re.compile(r";[a-z]+=[^;]*")


class SignatureError(ValueError):
    """A request that is not signed as the protocol demands; `code` is a problem code."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class SignatureParts(Struct, frozen=True):
    """What Signature-Input and Signature say."""

    label: str
    components: tuple[str, ...]
    params: str  # the inner list with its parameters, exactly as received: the last line of the base
    created: int  # seconds since 1970
    keyid: str
    signature: bytes
    tag: str = TAG

    @property
    def window_s(self) -> int:
        """How old the signature may be."""
        return CARRIED_WINDOW_S if self.tag == CARRIED else SIGNATURE_WINDOW_S


class RequestToSign(TypedDict):
    """What a signature needs to know of a request; `headers` may be in any case."""

    private: SigningKey
    keyid: str
    method: str
    target_uri: str
    headers: Mapping[str, str]
    body: bytes
    created: int
    tag: NotRequired[str]
    suite: NotRequired[str]


class ReceivedRequest(TypedDict):
    """What a check needs to know of a request; `target_uri` is rebuilt from the configured public URL."""

    public: VerifyingKey | bytes
    method: str
    target_uri: str
    headers: Mapping[str, str]
    suite: NotRequired[str]


def content_digest(body: bytes, *, suite_name: str = DEFAULT) -> str:
    """Content-Digest of the coded body (RFC 9530 section 2), as the key's suite has it."""
    return suite(suite_name).content_digest(body)


def components_for(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the components a signature over these headers covers, in their order."""
    coded = any(name.lower() == CODING for name in headers)
    return (*COMPONENTS, CODING) if coded else COMPONENTS


def component_values(method: str, target_uri: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Component name to value, in signing order. Raises: SignatureError if a header is absent."""
    known = {name.lower(): value for name, value in headers.items()}
    known |= {"@method": method, "@target-uri": target_uri}
    try:
        return {name: known[name] for name in components_for(headers)}
    except KeyError as missing:
        raise SignatureError("signature.components", f"header {missing.args[0]} is absent") from None


def signature_params(components: tuple[str, ...], *, created: int, keyid: str, tag: str = TAG) -> str:
    """The inner list with its parameters (RFC 9421 section 2.3)."""
    names = " ".join(f'"{name}"' for name in components)
    return f'({names});created={created};keyid="{keyid}";tag="{tag}"'


def signature_base(components: Mapping[str, str], params: str) -> bytes:
    """The bytes that are signed (RFC 9421 section 2.5)."""
    lines = [f'"{name}": {value}\n' for name, value in components.items()]
    return ("".join(lines) + f'"@signature-params": {params}').encode("latin-1")


def sign_request(**request: Unpack[RequestToSign]) -> dict[str, str]:
    """The headers together with Content-Digest, Signature-Input and Signature."""
    digest = content_digest(request["body"], suite_name=request.get("suite", DEFAULT))
    headers = dict(request["headers"]) | {"Content-Digest": digest}
    values = component_values(request["method"], request["target_uri"], headers)
    tag = request.get("tag", TAG)
    params = signature_params(tuple(values), created=request["created"], keyid=request["keyid"], tag=tag)
    signature = request["private"].sign(signature_base(values, params))
    return headers | {"Signature-Input": f"{LABEL}={params}", "Signature": f"{LABEL}=:{b64(signature)}:"}


def parse_signature(headers: Mapping[str, str]) -> SignatureParts:
    """What the signature headers say.

    Raises: SignatureError signature.missing, signature.malformed or signature.components.
    """
    known = {name.lower(): value for name, value in headers.items()}
    if "signature-input" not in known or "signature" not in known:
        raise SignatureError("signature.missing")
    found = _INPUT.fullmatch(known["signature-input"])
    if not found:
        raise SignatureError("signature.malformed", "Signature-Input")
    components = tuple(found[3][1:-1].split('" "'))
    if components != components_for(known):
        raise SignatureError("signature.components")
    created, keyid, tag = _parameters(found[4])
    signature = _signature_bytes(found[1], known["signature"])
    return SignatureParts(found[1], components, found[2], created, keyid, signature, tag)


def verify_digest(headers: Mapping[str, str], body: bytes, *, suite_name: str = DEFAULT) -> bytes:
    """SHA-256 of the coded body, which is the body that Content-Digest names in the key's suite.

    Raises: SignatureError digest.missing or digest.mismatch.
    """
    stated = next((value for name, value in headers.items() if name.lower() == "content-digest"), None)
    if stated is None:
        raise SignatureError("digest.missing")
    digest = sha256(body).digest()
    ours = f"sha-256=:{b64(digest)}:" if suite_name == DEFAULT else suite(suite_name).content_digest(body)
    if stated != ours:
        raise SignatureError("digest.mismatch")
    return digest


def verify_created(parts: SignatureParts, *, now_s: float) -> None:
    """Raises: SignatureError signature.time if it is older than its tag allows, or from the future.

    Why: a carried batch travels for days; a clock that runs ahead is wrong wherever it stands.
    """
    if not -SIGNATURE_WINDOW_S <= now_s - parts.created <= parts.window_s:
        raise SignatureError("signature.time")


def verify_request(parts: SignatureParts, **request: Unpack[ReceivedRequest]) -> bytes:
    """The signature base, once the signature over it is proved to be by this key.

    Raises: SignatureError signature.components or signature.invalid.
    """
    values = component_values(request["method"], request["target_uri"], request["headers"])
    if tuple(values) != parts.components:
        raise SignatureError("signature.components")
    try:
        base = signature_base(values, parts.params)
    except UnicodeEncodeError:
        raise SignatureError("signature.malformed", "a header is not latin-1") from None
    if not _holds(request["public"], parts.signature, base, used=suite(request.get("suite", DEFAULT))):
        raise SignatureError("signature.invalid")
    return base


def _holds(public: VerifyingKey | bytes, signature: bytes, base: bytes, *, used: Suite) -> bool:
    """Whether the signature is by this key; a key that was read before is not read again."""
    if isinstance(public, bytes):
        return used.verify(public, signature, base)
    try:
        public.verify(signature, base)
    except InvalidSignature:
        return False
    return True


def _parameters(text: str) -> tuple[int, str, str]:
    """Created, keyid and tag: exactly these three parameters, in any order."""
    parameters = _PARAMETER.findall(text)
    created = [found for item in parameters if (found := _CREATED.fullmatch(item))]
    keyid = [found for item in parameters if (found := _KEYID.fullmatch(item))]
    tag = [known for known in (TAG, CARRIED) if f';tag="{known}"' in parameters]
    if len(parameters) != 3 or (len(created), len(keyid), len(tag)) != (1, 1, 1):
        raise SignatureError("signature.malformed", "parameters are created, keyid and tag")
    return int(created[0][1]), keyid[0][1], tag[0]


def _signature_bytes(label: str, text: str) -> bytes:
    prefix = f"{label}=:"
    if not text.startswith(prefix) or not text.endswith(":"):
        raise SignatureError("signature.malformed", "Signature")
    try:
        signature = unb64(text[len(prefix) : -1])
    except ValueError:
        raise SignatureError("signature.malformed", "Signature") from None
    if len(signature) not in signature_sizes():  # no suite that is offered makes such a one
        raise SignatureError("signature.malformed", "Signature")
    return signature
