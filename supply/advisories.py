# SPDX-License-Identifier: Apache-2.0
"""What is known against the pinned versions: asked of the advisory service when it can be reached."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

from .lock import LOCK
from .looked import Page

TIMEOUT_S: Final = 90
COMMAND: Final = (
    "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip",
    "--format", "json", "--progress-spinner", "off", "--timeout", "5",
)  # fmt: skip


class Silent(Exception):
    """The service was not reached, or gave no whole answer."""


def known(timeout_s: float = TIMEOUT_S) -> list[tuple[str, str]]:
    """(package, advisory) of everything found. Raises: Silent."""
    try:
        done = subprocess.run(
            [sys.executable, *COMMAND], capture_output=True, text=True, timeout=timeout_s, check=False
        )
        return found_in(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        raise Silent(type(error).__name__) from error


def found_in(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The findings in what the tool said."""
    return [(each["name"], flaw["id"]) for each in told["dependencies"] for flaw in each.get("vulns", ())]


def open_ones(found: list[tuple[str, str]], seen: Page) -> list[str]:
    """Findings for which no exception stands."""
    excepted = {(each.package, each.id) for each in seen.exceptions}
    return [f"{name}: {flaw}" for name, flaw in found if (name, flaw) not in excepted]
