# SPDX-License-Identifier: Apache-2.0
"""How long the experiments run: once over in `make test`, at length when NADZOR_TORTURE=1."""

from __future__ import annotations

import os
from typing import Final

TORTURE: Final = os.environ.get("FAULTS_AT_LENGTH") == "1"  # the first conftest renames it
SCALE: Final = 10 if TORTURE else 1
