# SPDX-License-Identifier: Apache-2.0
"""How often one may speak at the public door: by code, by address; and how often one may guess.

Why no trap for robots: a hidden field would catch people with screen readers first.
"""

from __future__ import annotations

import hashlib
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from nadzor.base import clock

SPAN_S: Final = 3600
BY_CODE: Final = 30  # a whole department behind one sheet on a bad day
BY_ADDRESS: Final = 10
GUESSES: Final = 30


def say_wait(request: HttpRequest, code: str) -> int:
    """Count one sending; 0 when it may go on, else the seconds to wait."""
    often = _counted("code", code) > BY_CODE
    often = _counted("address", _address(request)) > BY_ADDRESS or often
    return _rest() if often else 0


def guess_wait(request: HttpRequest, *, found: bool) -> int:
    """The seconds to wait for somebody who guessed too often; only what was not found is counted."""
    key = _key("guess", _address(request))
    n = cache.get(key, 0) if found else _counted("guess", _address(request))
    return _rest() if n > GUESSES else 0


def _counted(kind: str, who: str) -> int:
    """This hour's count with this one in it."""
    key = _key(kind, who)
    cache.add(key, 0, timeout=SPAN_S)
    try:
        return int(cache.incr(key))
    except ValueError:  # the hour ended between the two lines
        return 1


def _key(kind: str, who: str) -> str:
    """Why a digest: nobody's address lies in the cache in clear."""
    hour = int(clock.now().timestamp()) // SPAN_S
    return f"say-{kind}-{hour}-{hashlib.sha256(who.encode()).hexdigest()[:24]}"


def _rest() -> int:
    return SPAN_S - int(clock.now().timestamp()) % SPAN_S


def _address(request: HttpRequest) -> str:
    """Who calls; what a proxy of ours says of it is believed, what a caller says of itself is not."""
    told = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
    behind = settings.NINJA_NUM_PROXIES
    return told[-min(behind, len(told))] if behind and told else str(request.META.get("REMOTE_ADDR", ""))
