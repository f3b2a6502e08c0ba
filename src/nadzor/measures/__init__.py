# SPDX-License-Identifier: Apache-2.0
"""What is counted: the shape of a rollup row, the list of measures, and the bins.

Keeps: the type of a rollup row, the catalogue of measures, their dimensions, units and bins.
Promises: a row means the same to every room; equal sets of rows have equal digests on every engine.
Never: reads events, opens files other than its own catalogue, rounds or approximates.
Read next: rollup.py, then measures.yaml.
"""
