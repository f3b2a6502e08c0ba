# SPDX-License-Identifier: Apache-2.0
"""The door of time: work that nobody asks for by hand, started by one scheduler.

Keeps: the table of tasks with their periods, and the scheduler that runs them.
Promises: a task that fails is logged, counted and tried again; it never stops the others.
Never: decides anything; every task is one action.
Read next: `loop.py`.
"""
