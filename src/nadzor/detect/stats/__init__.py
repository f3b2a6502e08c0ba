# SPDX-License-Identifier: Apache-2.0
"""Statistics on counts: intervals, run lengths, areas; each one checked against figures nobody here wrote.

Keeps: AUC with DeLong variance, intervals for proportions and rates, run lengths of CUSUM and EWMA charts.
Promises: exact where an exact method exists; the method and its source are named beside the code.
Never: knows what a device, a row or a date is.
Read next: proportion.py, then run_length.py.
"""
