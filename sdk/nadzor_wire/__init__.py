# SPDX-License-Identifier: Apache-2.0
"""The words on the wire: what an event is, and how it is sealed, signed, received and proved.

Keeps: event structs, canonical bytes, suites and signatures, batch headers, leaf and receipt format, limits.
Promises: pure; the same bytes in, the same answer out; nothing here opens a file, a socket or a clock.
Never: imports the platform; decides who may send; keeps state; repeats a refused value in an error.
Read next: event.py, batch.py, suites.py, signature.py, receipt.py.
"""
