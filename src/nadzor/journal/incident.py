# SPDX-License-Identifier: Apache-2.0
"""What may be written down about a bug of ours: its kind and its places.

Why: a traceback with texts and variables would carry bodies of batches into the log of the process.
"""

from __future__ import annotations

import traceback
from typing import Final

PLACES_MAX: Final = 6


def places(error: BaseException) -> list[str]:
    """Where it broke, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)[-PLACES_MAX:]
    return [f"{frame.name}:{frame.lineno}" for frame in frames]
