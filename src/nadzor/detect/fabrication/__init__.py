# SPDX-License-Identifier: Apache-2.0
"""Counts that nobody counted: repeated, too regular, round, without weekdays, or unlike the declared figures.

Keeps: the detector, its dossier, one page for each trace that invention leaves.
Promises: a trace is named only where chance would leave it less than once in hundreds of device-years.
Never: says who invented or why; a trace is a reason to ask for the source, not a verdict.
Read next: dossier.yaml, then detector.py.
"""
