# SPDX-License-Identifier: Apache-2.0
"""The door for devices: bytes in, one fate for every event, a receipt out.

Keeps: nothing between two requests but the key directory and the journal's open file.
Promises: answers 200 only for what is durable; refuses with a code, a place and a cure; counts every refusal.
Never: opens the database, knows a person, logs or stores a value that it refused.
Read next: judge.py, then app.py.
"""

from __future__ import annotations
