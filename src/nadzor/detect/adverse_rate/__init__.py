# SPDX-License-Identifier: Apache-2.0
"""Adverse events per processed study: of a problem, of a type, and of all, against a device's own past.

Keeps: the detector, its dossier and words, reports by the week in which they became known, and the evidence.
Promises: what is said on a day rests on what was known by that day; a rare problem borrows from the fleet.
Never: takes a rise of reports for a rise of harm; compares devices by the mixture of their reports.
Read next: dossier.yaml, then evidence.py.
"""
