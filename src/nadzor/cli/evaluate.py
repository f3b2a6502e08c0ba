# SPDX-License-Identifier: Apache-2.0
"""`nadzor simulate evaluate`: how often the suite cries wolf, and how soon it finds what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nadzor.base.problems import Refusal
from nadzor.cli.options import AsJson
from nadzor.cli.output import err, out, print_json, print_table, progress

if TYPE_CHECKING:
    from nadzor.actions.evaluate_suite import Evaluation, Plan


def evaluate(
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    devices: Annotated[int, typer.Option(min=1, max=1000, help="Devices of a nation.")] = 300,
    days: Annotated[int, typer.Option(min=120, max=1095, help="Days of its history.")] = 540,
    per_fault: Annotated[int, typer.Option(min=1, max=200, help="Planted faults of each kind.")] = 30,
    faults: Annotated[str, typer.Option(help="Kinds of fault, by commas; all when none.")] = "",
    detectors: Annotated[str, typer.Option(help="Detectors, by commas; all when none.")] = "",
    nightly: Annotated[
        bool, typer.Option("--nightly", help="Also run it night by night, as data arrive; takes minutes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the suite on quiet nations and on ones with planted faults; exit 1 when a target is missed."""
    from msgspec.structs import replace

    from nadzor.actions.evaluate_nights import evaluate_nights
    from nadzor.actions.evaluate_suite import Plan, evaluate_suite

    chosen = Plan(seed=seed, devices=devices, days=days, per_fault=min(per_fault, devices))
    plan = _narrowed(chosen, faults=faults, detectors=detectors)
    with progress() as bar:
        task = bar.add_task("evaluate", total=None)
        result = evaluate_suite(plan, progress=lambda step: bar.update(task, description=step, advance=1))
        if nightly:
            bar.update(task, description="night by night")
            result = replace(result, nightly=evaluate_nights(plan))
    print_json(result) if as_json else _print(result)
    raise typer.Exit(0 if _all_met(result) else 1)


def _narrowed(plan: Plan, *, faults: str, detectors: str) -> Plan:
    """The plan with the kinds and detectors that were named.

    Raises: Refusal `simulate.unknown-fault`, `simulate.unknown-detector`.
    """
    from msgspec.structs import replace

    return replace(
        plan,
        kinds=_chosen(faults, plan.kinds, "simulate.unknown-fault"),
        only=_chosen(detectors, plan.only, "simulate.unknown-detector"),
    )


def _chosen(told: str, known: tuple[str, ...], code: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in told.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise Refusal(code, name=name, known=", ".join(known))
    return names or known


def _all_met(result: Evaluation) -> bool:
    met = [one.met for one in result.faults.values()] + [one.met for one in result.events.values()]
    return result.suite_met and all(one is not False for one in met)


def _print(result: Evaluation) -> None:
    rows = {"suite": (result.suite, result.suite_target)} | {
        name: (rate, result.budgets[name]) for name, rate in result.detectors.items()
    }
    print_table(
        [
            {"detector": name, "alarms": rate.alarms, "a device-year": rate.rate, "from": rate.low,
             "to": rate.high, "stated": stated}
            for name, (rate, stated) in rows.items()
        ],
        title=f"False alarms on {result.devices} quiet devices, {result.suite.device_years:.0f} device-years",
    )  # fmt: skip
    print_table(
        [{"fault": kind, **_line(each)} for kind, each in result.faults.items()],
        title="Planted faults",
    )
    for kind, event in result.events.items():
        out.print(f"{kind}: {event.system_findings} about the system, {event.device_alarms} about devices")
    for kind, harmless in result.benign.items():
        rate, spoke = harmless.rate, ", ".join(f"{name} {n}" for name, n in harmless.by_detector.items())
        out.print(f"{kind}: {rate.rate:.2f} a device-year ({rate.low:.2f} to {rate.high:.2f}) {spoke}")
    if result.nightly:
        print_table(
            [
                {"detector": name, "stand": one.standing, "same night": one.same_night,
                 "within 3 d": one.soon, "median lag, d": one.median_lag, "longest, d": one.longest_lag,
                 "unheard": one.unheard, "raised": one.raised, "vanished": one.vanished,
                 "vanished a device-year": one.vanished_rate}
                for name, one in result.nightly.items()
            ],
            title="Night by night: what was heard when, beside what stands once all has arrived",
        )  # fmt: skip
    err.print(
        f"drawn in {result.simulate_s:.1f} s, detected in {result.detect_s:.1f} s, "
        f"{result.peak_mb:.0f} MB at most"
    )


def _line(each: Any) -> dict[str, Any]:
    return {
        "planted": each.planted, "found": each.found, "median, d": each.median, "90 %, d": each.p90,
        "restricted mean, d": each.restricted_mean, "named right": each.attribution,
        "by chance": each.by_chance, "target": each.target, "met": each.met,
    }  # fmt: skip
