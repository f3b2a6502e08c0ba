# SPDX-License-Identifier: Apache-2.0
"""`nadzor budget`: false alarms that were to be expected, signals that came, and what survives them all."""

from __future__ import annotations

from typing import Annotated

import typer

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.cli.frame import settled
from nadzor.cli.options import DEFAULT_HOME, AsJson, Data
from nadzor.cli.output import out, print_json, show


def budget(
    context: typer.Context,
    device: Annotated[str, typer.Option(help="One device; without it, the whole nation.")] = "",
    data: Data = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Show the error budget and the evidence that survives e-BH among all watched streams."""
    home = settled(context, data)
    from nadzor.actions.error_budget import error_budget

    made = error_budget(home, now=clock.now())
    if device and device not in made.devices:
        raise Refusal("register.device-unknown", device=device)
    chosen = made.devices[device] if device else made.total
    evidence = [one for one in made.evidence if device in ("", one.device)]
    if as_json:
        print_json({"until": made.until, "alpha": made.alpha, "streams": made.streams,
                    "lines": chosen.lines, "total": chosen.total, "evidence": evidence})  # fmt: skip
        return
    show(chosen.lines, as_json=False, title="False alarms: stated a year, expected so far, signals raised")
    show(evidence, as_json=False, title=f"Evidence, and what survives among {made.streams} streams",
         columns=("detector", "device", "version", "e_value", "needed", "survives", "source"))  # fmt: skip
    out.print(f"expected so far {chosen.total.expected:.2f}, raised {chosen.total.raised}")
