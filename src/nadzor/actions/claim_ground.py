# SPDX-License-Identifier: Apache-2.0
"""A registered claim that routine labels contradict, as a ground of a case: its figures as of today."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec

from nadzor.actions.claim_check import claim_standings
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.detect.claim_check.verdict import Verdict
from nadzor.vigilance.reproductions import command_of

CLAIM: Final = "claim"
CONTRADICTED: Final = "contradicted"
LEVEL: Final = 0.95
SHARES: Final = frozenset({"sensitivity", "specificity"})
#: Of a verdict, what the case keeps as it is; the claim stands beside it, a calibration has its own page.
SAME: Final = (
    "version", "outcome", "cases", "unfair", "selections", "looks", "alpha", "smallest_drop", "e_value",
    "decided_on", "contradicted_on", "estimate", "sequence",
)  # fmt: skip


def claim_facts(home: Home | None, device: str, ref: str, *, today: date) -> dict[str, Any]:
    """What the check of a claim says today, with the line that gives its estimate again.

    Units: `ref` is finding/metric/version; shares are 0..1.
    Raises: Refusal case.ground-unknown for a claim that is not there or cannot be read, case.ground-unfit for
    one that the labels do not contradict.
    """
    finding, _, rest = ref.partition("/")
    metric, _, version = rest.partition("/")
    found = _verdict(home, device, (finding, metric, version), today)
    if found is None:
        raise Refusal("case.ground-unknown", "$.ref", kind=CLAIM, ref=ref[:60])
    if found.outcome != CONTRADICTED:
        raise Refusal("case.ground-unfit", "$.ref", kind=CLAIM, ref=ref[:60], state=found.outcome)
    told = msgspec.to_builtins(found)
    return {
        "claim": told["claim"], "claim_digest": found.claim.digest(), "as_of": today.isoformat(),
        **{name: told[name] for name in SAME}, "reproduced_by": _command(found),
    }  # fmt: skip


def _verdict(home: Home | None, device: str, wanted: tuple[str, str, str], today: date) -> Verdict | None:
    if home is None:
        return None
    try:
        every = [each.verdict for each in claim_standings(home, today=today, device=device)]
    except Refusal:
        return None  # nothing was rolled up yet: no claim was checked
    return next((one for one in every if (one.claim.finding, one.claim.metric, one.version) == wanted), None)


def _command(found: Verdict) -> str:
    """The line that gives the estimate of a share again; an area has none, since it needs every score."""
    if found.estimate is None or found.claim.metric not in SHARES:
        return ""
    given = {"x": round(found.estimate.estimate * found.cases), "n": found.cases, "level": LEVEL}
    return command_of("proportion-ci", given)
