# SPDX-License-Identifier: Apache-2.0
"""What was known on a day: a device, a signal, an event, a case and the register as they stood for us then.

Keeps: nothing of its own; steps, evidence, papers and editions are only added to, and read up to a moment.
Promises: whoever may see a thing today sees what was known of it then, and nothing that came later.
Never: guesses a state that no step tells, or shows to anybody what they may not see today.
Read next: cards.py, case.py.
"""

from __future__ import annotations
