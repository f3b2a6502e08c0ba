# SPDX-License-Identifier: Apache-2.0
"""What every answer of the portal and the API says to browsers, whoever gave it: view, static file, fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

#: Nothing that a page of ours needs; signing in by a key is the one exception.
_UNUSED: Final = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
    "encrypted-media", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone",
    "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
_KEYS: Final = ("publickey-credentials-create=(self)", "publickey-credentials-get=(self)")
PERMISSIONS: Final = ", ".join([*(f"{name}=()" for name in _UNUSED), *_KEYS])
ALWAYS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
}
UNKEPT: Final = "private, no-store"
#: At leaving, whatever a page may have laid by; what no-store kept out of the cache need not be cleared.
FORGOTTEN: Final = '"storage"'


class HeadersMiddleware:
    """Adds what is missing, and lets no browser or proxy keep what was said to somebody who is known.

    Why: it stands before everything, so that no answer, not even to a wrong host, leaves without.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, with its headers."""
        answer = self.get_response(request)
        for name, value in ALWAYS.items():
            answer.headers.setdefault(name, value)
        if _is_known(request, answer) and "public" not in answer.headers.get("Cache-Control", ""):
            answer.headers["Cache-Control"] = UNKEPT
        if _leaves(answer):
            answer.headers["Clear-Site-Data"] = FORGOTTEN
        return answer


def _is_known(request: HttpRequest, answer: HttpResponse) -> bool:
    """Whether the caller shows who they are, or is given a session by this answer."""
    cookie = settings.SESSION_COOKIE_NAME
    return cookie in request.COOKIES or cookie in answer.cookies or "Authorization" in request.headers


def _leaves(answer: HttpResponse) -> bool:
    """Whether this answer takes the session away."""
    found = answer.cookies.get(settings.SESSION_COOKIE_NAME)
    return found is not None and not found.value
