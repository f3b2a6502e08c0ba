# SPDX-License-Identifier: Apache-2.0
"""Every statistic by its name, JSON in and JSON out: an expert recomputes any figure without a database.

Keeps: what each statistic is asked with and answers, one module a family, and the registry of them all.
Promises: the function behind a name is the one that the detectors call.
Never: computes anything itself; reads a file, a database or a clock.
Read next: registry.py, then areas.py.
"""
