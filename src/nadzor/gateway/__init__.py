# SPDX-License-Identifier: Apache-2.0
"""The door for devices: bytes in, one fate for every event, a receipt out.

Keeps: nothing between two requests but the key directory, the journal's open file and what it counted.
Promises: answers 200 only for what is durable; refuses with a code, a place and a cure; counts every refusal;
no maker's traffic is paid for by another's.
Never: opens the database, knows a person, logs or stores a value that it refused.
Read next: judge.py, then turns.py and app.py.
"""

from __future__ import annotations
