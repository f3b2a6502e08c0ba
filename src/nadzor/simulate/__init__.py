# SPDX-License-Identifier: Apache-2.0
"""A country that does not exist, and reads of studies that were never made.

Keeps: synthetic nations, their faults, simulated reads, the fictitious register, reading of real reads.
Promises: the same seed gives the same events, ids included; `population` is what telemetry counts of them.
Never: touches a journal, a database or a clock; says anything about a real maker or clinic.
Read next: world.py, telling.py, then nation.py and population.py.
"""
