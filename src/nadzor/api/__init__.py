# SPDX-License-Identifier: Apache-2.0
"""The door for programs: `/api/v1/`, described by its own OpenAPI document.

Keeps: routes, the words they hear and answer in, who calls, and how a refusal becomes a problem document.
Promises: errors are RFC 9457 documents; lists are keyset-paged and have a changed-since cursor; an unknown
field is refused; a caller has the rights of the person behind it; the description is drawn from the routes.
Never: decides, or imports models or another door.
Read next: routes.py, credentials.py, wire.py, problems.py
"""
