# SPDX-License-Identifier: Apache-2.0
"""A detector's dossier: what an inspector must be able to show about it, in both languages."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import yaml
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.detect.finding import GuaranteeKind
from nadzor.measures.catalogue import Text

ORDER = (
    "silence", "under_reporting", "failure_cusum", "failure_burst", "version_watch", "version_regression",
    "score_drift", "positive_drift", "agreement_decay", "declined_share", "latency", "time_to_sign",
    "claim_check", "unlabelled_estimate", "site_disparity", "subgroup_disparity", "common_cause",
    "fabrication", "adverse_rate",
)  # fmt: skip
"""The order in which detectors run and are listed."""
DETECTORS = tuple(name for name in ORDER if files("nadzor.detect").joinpath(name, "dossier.yaml").is_file())


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a method comes from."""

    cite: str
    used_for: Text


class Promise(Struct, frozen=True, forbid_unknown_fields=True):
    """What is promised about false alarms: its kind, how much, in which unit, and how it was measured."""

    kind: GuaranteeKind
    budget: float
    unit: Text
    why_it_holds: Text
    measured: Text


class Review(Struct, frozen=True, forbid_unknown_fields=True):
    """Who wrote a dossier, who checked it, and when somebody must look again."""

    author: str
    checker: str
    status: Literal["unreviewed", "reviewed"]
    next_review: date


class Dossier(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a signal card says about the detector behind it."""

    detector: str
    title: Text
    why_it_matters: Text
    how_calculated: list[Text]
    sources: list[Source]
    guarantee: Promise
    reads: list[str]
    owner: Text
    cadence: Text
    action: Text
    review: Review
    not_excluded: list[Text]
    limits: list[Text]


@cache
def dossier(detector: str) -> Dossier:
    """The dossier in a detector's folder.

    Raises: Refusal `dossier.incomplete` when something an inspector needs is missing or empty.
    """
    text = files("nadzor.detect").joinpath(detector, "dossier.yaml").read_text("utf-8")
    return read_dossier(detector, text)


def read_dossier(detector: str, text: str) -> Dossier:
    """A dossier from its text; nothing in it may be missing, unknown or empty."""
    try:
        page = msgspec.convert(yaml.safe_load(text), Dossier)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise Refusal("dossier.incomplete", detector=detector, reason=str(error)) from error
    if page.detector != detector:
        raise Refusal("dossier.incomplete", detector=detector, reason=f"it is about {page.detector!r}")
    if empty := [name for name in page.__struct_fields__ if not getattr(page, name)]:
        raise Refusal("dossier.incomplete", detector=detector, reason=f"empty: {', '.join(empty)}")
    return page


def dossiers() -> list[Dossier]:
    """All dossiers, in the order in which the detectors run."""
    return [dossier(detector) for detector in DETECTORS]
