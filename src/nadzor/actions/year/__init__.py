# SPDX-License-Identifier: Apache-2.0
"""A year of the simulated nation, played day by day in fake time by the real actions, and its accounts.

Keeps: the stage (register, sites, figures as they were known), the players, the accounts of every last day.
Promises: the same seed plays the same year; nothing is done but what a person or a job could do that day.
Never: reads the time, reaches into a table where an action exists, or counts a date it cannot account for.
Read next: play.py, players.py, accounts.py.
"""

from __future__ import annotations
