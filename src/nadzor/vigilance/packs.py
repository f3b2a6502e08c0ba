# SPDX-License-Identifier: Apache-2.0
"""The pack of an inquiry: what the maker must be able to check of all that is held against it.

Numbers of sites, never their pseudonyms; the coded core of events, never a narrative that is held.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from nadzor.base.problems import Refusal
from nadzor.detect.dossier import DETECTORS, dossier
from nadzor.detect.finding import Finding
from nadzor.vigilance.case_cards import GroundCard, PackCard
from nadzor.vigilance.models import CasePack
from nadzor.vigilance.reproductions import reproductions
from nadzor.vigilance.signal_figures import COUPLED
from nadzor.vigilance.statements import sentences

FORMAT: Final = "nadzor case pack 1"
#: Of a finding, what the pack repeats as it is.
SAME: Final = (
    "detector", "kind", "version", "stratum", "dimension", "finding", "statistic", "threshold", "guarantee",
    "baseline", "over_dispersion", "p_value", "e_value", "effect", "first_day", "located", "journal_size",
    "rows_hash", "rows_read", "code", "facts",
)  # fmt: skip
ALWAYS: Final = ("agreement", "chosen_by_alarm", "other_explanations")


def pack_body(number: str, *, device: str, question: str, grounds: Iterable[GroundCard]) -> dict[str, Any]:
    """What the maker is given, whole; the same grounds give the same body."""
    return {
        "format": FORMAT,
        "case": number,
        "device": device,
        "question": question,
        "grounds": [_held(each) for each in grounds],
        "said_of_all": {lang: [getattr(sentences()[key], lang) for key in ALWAYS] for lang in ("ru", "en")},
    }


def packs(number: str) -> tuple[PackCard, ...]:
    """The packs of a case, oldest first: one for each inquiry."""
    rows = CasePack.objects.filter(filing=number)
    return tuple(
        PackCard(id=row.pk, filing=row.filing, at=row.at, body=row.body, digest=row.digest) for row in rows
    )


def pack(number: str, id: int) -> PackCard:
    """One pack of a case.

    Raises: Refusal case.pack-unknown.
    """
    found = next((each for each in packs(number) if each.id == id), None)
    if found is None:
        raise Refusal("case.pack-unknown")
    return found


def _held(ground: GroundCard) -> dict[str, Any]:
    """One ground as the maker reads it; a signal with everything that reproduces its figures."""
    told: dict[str, Any] = {"kind": ground.kind, "ref": ground.ref, "digest": ground.digest}
    if ground.kind != "signal":
        return told | {"says": ground.facts}
    said = ground.facts["finding"]
    finding = msgspec.convert(said, Finding)
    return told | {
        "figures": {name: said.get(name) for name in SAME},
        "evidence": ground.facts["evidence"],
        "sites": finding.facts.get("sites"),
        "sites_watched": finding.facts.get("sites_watched"),
        "sites_named": False,
        "reproduced_by": [msgspec.to_builtins(each) for each in reproductions(finding)],
        "statistic_has_calculator": True,
        "statistic_by": _statistic(ground.ref, finding),
        "not_excluded": _not_excluded(finding.detector),
    }


def _statistic(ref: str, finding: Finding) -> dict[str, Any]:
    """How the statistic itself is had again: our code on the data file that lies beside the pack."""
    page = inputs_name(ref)
    return {
        "calculation": "signal", "data": page, "command": f"nadzor calc signal --file {page}",
        "figure": "statistic", "said": finding.statistic, "code": finding.code,
        "leans_on_other_devices": finding.detector in COUPLED,
    }  # fmt: skip


def inputs_name(ref: str) -> str:
    """What the file is called that `nadzor calc signal` reads."""
    return f"signal-{ref}.json"


def _not_excluded(detector: str) -> dict[str, list[str]]:
    """What the detector's dossier says it cannot tell apart."""
    told = dossier(detector).not_excluded if detector in DETECTORS else ()
    return {"ru": [each.ru for each in told], "en": [each.en for each in told]}
