# SPDX-License-Identifier: Apache-2.0
"""What the law answers between the moves: is it a device, its class, what to pay, what is missing, which way.

Keeps: the interview, the class matrix, the checklist and the duties as data, and the pure rules over them.
Promises: every answer names its rule, edition and citation; what no source confirms only advises.
Never: reads a clock, guesses where no norm is in force, or takes a decision that the law leaves to a person.
Read next: rule.py, then qualification.py and interview.yaml.
"""

from __future__ import annotations
