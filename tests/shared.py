# SPDX-License-Identifier: Apache-2.0
"""Where the public reference material lies that some tests read; the project works without it."""

from __future__ import annotations

import os
from pathlib import Path

SHARED = Path(os.environ.get("SHARED_MATERIAL", Path(__file__).resolve().parents[2] / "shared"))
