# SPDX-License-Identifier: Apache-2.0
"""Routes of a device's baselines: the windows it was measured against, and another one on grounds."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from msgspec import Struct
from ninja import Router

from nadzor.actions.register_baseline import register_baseline
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import told
from nadzor.api.filing_words import Prose
from nadzor.api.law_words import Strict
from nadzor.api.wire import confided, heard
from nadzor.base import clock
from nadzor.detect.learned import BASELINE_DAYS
from nadzor.detect.window import Window
from nadzor.people.permissions import must_read_operation
from nadzor.register import queries
from nadzor.register.baselines import BaselineCard, baselines

router = Router(tags=["signals"], auth=SIGNED_IN)


class BaselineIn(Strict, frozen=True, kw_only=True):
    """The days [first, after) of a device's usual work, all of them over, and why they are usual."""

    first: date
    after: date
    because: Prose


class BaselinesOut(Struct, frozen=True, kw_only=True):
    """Every window of a device, newest first: the first one stands.

    Without one, a device is measured against its first `default_days` days.
    """

    items: tuple[BaselineCard, ...]
    default_days: int


@router.get(
    "/{code}/baselines",
    operation_id="list_baselines",
    openapi_extra=told(
        BaselinesOut,
        refuses=[404],
        signed_in=True,
        may="oversight; the device's maker and its representative",
    ),
)
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """What a device is and was measured against, who set it and why."""
    must_read_operation(caller(request), maker=queries.device(code).maker.code)
    return confided(BaselinesOut(items=tuple(baselines(code)), default_days=BASELINE_DAYS))


@router.post(
    "/{code}/baselines",
    operation_id="register_baseline",
    openapi_extra=told(
        BaselineCard,
        status=201,
        hears=BaselineIn,
        refuses=[404],
        signed_in=True,
        headers=[KEY],
        may="the inspector, the head",
        example={
            "first": "2026-03-01",
            "after": "2026-06-01",
            "because": "The first full quarter after the new scanner was accepted.",
        },
    ),
)
def registered(request: HttpRequest, code: str) -> HttpResponse:
    """Measure the device against other days from now on; signals already raised keep their own baseline."""
    given, who = heard(request, BaselineIn), caller(request)

    def deed() -> BaselineCard:
        window = Window(given.first, given.after)
        register_baseline(code, window, by=who, because=given.because, now=clock.now())
        return baselines(code)[0]

    return done(request, deed, status=201, at=lambda _told: f"devices/{code}/baselines")
