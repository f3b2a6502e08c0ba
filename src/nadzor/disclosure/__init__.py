# SPDX-License-Identifier: Apache-2.0
"""What may leave: the guard every public figure passes, and how a figure that may not is shown.

Keeps: the rule for one cell (fewest organisations, fewest studies) and the words for a hidden figure.
Promises: a hidden figure never looks like a zero, and a zero that may be shown is shown as a zero.
Never: reads the data behind a figure, or lowers a floor for anybody.
Read next: guard.py.
"""

from __future__ import annotations
