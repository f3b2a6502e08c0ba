# SPDX-License-Identifier: Apache-2.0
"""Patients for whom a device does worse than for the rest.

Keeps: the detector, its dossier, its words.
Promises: a group is named only when it lasts and lies beyond the differences that are usual in the nation.
Never: takes a difference of prevalence for unfairness; compares cells of fewer than fifty.
Read next: dossier.yaml, then detector.py.
"""
