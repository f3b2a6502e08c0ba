# SPDX-License-Identifier: Apache-2.0
"""Addresses of signals, of the detectors behind them, and of the quiet device of the week."""

from __future__ import annotations

from django.urls import path

from nadzor.portal import budget, detectors, quiet, signal_card, signals
from nadzor.portal.door import operation

urlpatterns = [
    path("signals/", operation(signals.listing), name="signals"),
    path("signals/quiet/<str:week>/", quiet.look, name="quiet-look"),
    path("signals/<int:id>/", operation(signal_card.page), name="signal"),
    path("signals/<int:id>/move/", signal_card.move, name="signal-move"),
    path("detectors/", operation(detectors.index), name="detectors"),
    path("detectors/budget/", operation(budget.page), name="budget"),
    path("detectors/<slug:name>/", operation(detectors.one), name="detector"),
]
