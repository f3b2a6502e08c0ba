# SPDX-License-Identifier: Apache-2.0
"""The charts of the portal: pure functions from plot-ready facts and a look to a drawing's specification."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nadzor.actions.charts.look import Look


def specification(chart: str, facts: dict[str, Any], look: Look) -> dict[str, Any]:
    """The Vega-Lite specification of a chart.

    Raises: KeyError for a chart nobody draws; only our own pages ask.
    Why: the drawings are imported here, since Altair is slow to import and most processes never draw.
    """
    from nadzor.actions.charts.claims import draw_claims
    from nadzor.actions.charts.control import draw_control
    from nadzor.actions.charts.fleet import draw_fleet
    from nadzor.actions.charts.funnel import draw_funnel
    from nadzor.actions.charts.heatmap import draw_heatmap
    from nadzor.actions.charts.lanes import draw_lanes
    from nadzor.actions.charts.rate import draw_rate
    from nadzor.actions.charts.ridge import draw_ridge
    from nadzor.actions.charts.silence import draw_silence
    from nadzor.actions.charts.trend import draw_trend
    from nadzor.actions.charts.volumes import draw_volumes

    drawings: dict[str, Callable[[dict[str, Any], Look], Any]] = {
        "claims": draw_claims,
        "control": draw_control,
        "fleet": draw_fleet,
        "funnel": draw_funnel,
        "heatmap": draw_heatmap,
        "lanes": draw_lanes,
        "rate": draw_rate,
        "ridge": draw_ridge,
        "silence": draw_silence,
        "trend": draw_trend,
        "volumes": draw_volumes,
    }
    spec: dict[str, Any] = drawings[chart](facts, look).configure(**look.configuration()).to_dict()
    return spec
