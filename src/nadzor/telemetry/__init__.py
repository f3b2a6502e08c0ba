# SPDX-License-Identifier: Apache-2.0
"""The lake and its rollups: what the journal holds, as columns, and what a day adds up to.

Keeps: the lake (Parquet parts cut from the journal), the rollup and its digest, the way back to the journal.
Promises: a pure function of the journal; a crash leaves a lake that loads; every count has its way back.
Never: judges an event again, rewrites what was known on a date, reads the clock, knows a registration.
Read next: load.py, then rollup.py and sql/, then store.py.
"""
