# SPDX-License-Identifier: Apache-2.0
"""What `nadzor calc signal` runs on: the rows and the words of the register behind a finding.

Sites and installations are numbers.  A maker is given the rows of its own device alone, which is all that
most detectors read of it; the figure of a detector in `COUPLED` leans on other makers' devices, too, whose
volumes are not the maker's to read: `whole` gives them, numbered, to those in office.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
import numpy as np

from nadzor.detect.calc.signals import Edges, Rows, SignalFigures, Told
from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.context import Context, Declared
from nadzor.detect.finding import Finding
from nadzor.detect.suite import detector
from nadzor.measures.columns import NAMES, Block, Columns, Name

S = TypeVar("S", Claim, Declared)
V = TypeVar("V")
VEILED: Final[Mapping[Name, str]] = {"site": "site", "installation": "installation", "device": "device"}
COUPLED: Final = frozenset(
    {
        "silence", "under_reporting", "site_disparity", "subgroup_disparity", "common_cause", "adverse_rate",
        "score_drift", "positive_drift", "time_to_sign", "version_regression", "fabrication",
    }
)  # fmt: skip
"""Detectors whose statistic is measured against other devices, less what all of them do together, or adjusted
for how many were looked at."""


def signal_figures(
    finding: Finding, columns: Columns, context: Context, *, whole: bool = False
) -> SignalFigures:
    """The input of the calculation that gives a finding's statistic again.

    Why numbers in the order of pseudonyms: a detector that breaks a tie by name breaks it the same way.
    """
    read = columns.only(detector(finding.detector).READS)
    mine = _of_device(read, "" if whole else finding.device)
    veil = {name: _numbers(mine.names[name], word) for name, word in VEILED.items()}
    veil["device"][finding.device] = finding.device
    return SignalFigures(
        detector=finding.detector, kind=finding.kind, first_day=finding.first_day, device=finding.device,
        version=finding.version, site=veil["site"].get(finding.site, finding.site), stratum=finding.stratum,
        dimension=finding.dimension, finding=finding.finding,
        names={name: [veil.get(name, {}).get(one, one) for one in mine.names[name]] for name in NAMES},
        rows=[_rows(pair, block) for pair, block in mine.blocks.items()],
        told=_told(context, veil["device"], veil["site"]),
    )  # fmt: skip


def _of_device(columns: Columns, device: str) -> Columns:
    """The rows of one device, and only the names that occur in them; all rows where no device is named."""
    code = columns.names["device"].index(device) if device in columns.names["device"] else -1
    blocks = {
        pair: block.where(block.device == code) if device else block for pair, block in columns.blocks.items()
    }
    names, places = {}, {}
    for name in NAMES:
        some = [getattr(block, name) for block in blocks.values()]
        used = np.unique(np.concatenate(some)) if some else np.array([], np.int64)
        names[name] = [columns.names[name][at] for at in used.tolist()]
        places[name] = used
    return Columns(names, {pair: _placed(block, places) for pair, block in blocks.items()})


def _placed(block: Block, places: Mapping[Name, Any]) -> Block:
    told = {name: np.searchsorted(used, getattr(block, name)) for name, used in places.items()}
    return msgspec.structs.replace(block, **told)


def _numbers(names: Sequence[str], word: str) -> dict[str, str]:
    """A number for each name, of one width so that they sort as the names do; nothing stays nothing."""
    told = sorted(name for name in names if name)
    width = len(str(len(told)))
    return {name: f"{word} {at:0{width}d}" for at, name in enumerate(told, start=1)}


def _rows(pair: tuple[str, str], block: Block) -> Rows:
    """A block; a column of one value is told once."""
    told = {name: getattr(block, name) for name in Block.__struct_fields__}
    columns = {
        name: int(one[0]) if len(one) and (one == one[0]).all() else one.tolist()
        for name, one in told.items()
    }
    return Rows(pair[0], pair[1], len(block), columns)


def _told(context: Context, devices: Mapping[str, str], sites: Mapping[str, str]) -> Told:
    """What concerns the devices that are given, under the names that they and their sites have here."""
    makers = _mine(context.makers, devices)
    numbers = {maker: f"maker {at}" for at, maker in enumerate(sorted(set(makers.values())), start=1)}
    return Told(
        after=context.after, holidays=sorted(context.holidays), journal_size=context.journal_size,
        claims=[_renamed(one, devices) for one in context.claims if one.device in devices],
        releases={code: list(some) for code, some in _mine(context.releases, devices).items()},
        makers={code: numbers[maker] for code, maker in makers.items()},
        baselines=_mine(context.baselines, devices),
        declared=[
            msgspec.structs.replace(_renamed(one, devices), site=sites.get(one.site, ""))
            for one in context.declared
            if one.device in devices and (not one.site or one.site in sites)
        ],
        bins=[
            Edges(devices[of], finding, list(edges))
            for (of, finding), edges in context.bins.items()
            if of in devices
        ],
    )  # fmt: skip


def _mine(told: Mapping[str, V], devices: Mapping[str, str]) -> dict[str, V]:
    return {devices[code]: one for code, one in told.items() if code in devices}


def _renamed(one: S, devices: Mapping[str, str]) -> S:
    return msgspec.structs.replace(one, device=devices[one.device])
