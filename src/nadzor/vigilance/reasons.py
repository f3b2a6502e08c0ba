# SPDX-License-Identifier: Apache-2.0
"""The catalogue of reasons for which a signal is closed."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
import yaml
from msgspec import Struct

from nadzor.base.problems import Refusal, Text


class Reason(Struct, frozen=True, forbid_unknown_fields=True):
    """A reason in both languages, and the moves that may give it."""

    closes: tuple[str, ...]
    says: Text


@cache
def reasons() -> dict[str, Reason]:
    """All reasons, as reasons.yaml keeps them."""
    page = files("nadzor.vigilance").joinpath("reasons.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Reason])


def reasons_for(verb: str) -> dict[str, Reason]:
    """The reasons that a move may give."""
    return {code: reason for code, reason in reasons().items() if verb in reason.closes}


def must_fit(code: str, verb: str) -> None:
    """Raises: Refusal signal.reason-unknown for a reason that this move cannot give."""
    if code not in reasons_for(verb):
        raise Refusal("signal.reason-unknown", "$.added.reason_code", may=", ".join(reasons_for(verb)))
