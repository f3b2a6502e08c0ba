# SPDX-License-Identifier: Apache-2.0
"""What a maker declared at registration against what later proved true.

Keeps: the detector, its dossier, the labels of a claim, its schedule of looks and its verdicts.
Promises: a claim is contradicted by chance with the stated probability at most, however often anyone looks.
Never: takes agreement with a physician for truth; lets labels chosen by someone speak for or against a claim.
Read next: dossier.yaml, then verdict.py.
"""
