#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# From a one-time token to a verified TEST receipt: sh docs/first-receipt.sh PORTAL TOKEN [DIRECTORY]
# Each step is explained in docs/first-receipt.md; a test walks this very file.
set -eu

portal=${1:?usage: first-receipt.sh PORTAL TOKEN [DIRECTORY]}
token=${2:?usage: first-receipt.sh PORTAL TOKEN [DIRECTORY]}
here=${3:-first-receipt}
python=${PYTHON:-python3}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
mkdir -p "$here"

# 1. The SDK, unless this python has it: two dependencies, into a virtual environment of its own.
if ! "$python" -c 'import nadzor_sdk' 2>/dev/null; then
    "$python" -m venv "$here/venv"
    "$here/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$root/sdk"
    python=$here/venv/bin/python
fi

# 2. Enrol: the key is made here, only its public half leaves. The credential names the sandbox.
[ -e "$here/bench.json" ] || "$python" -m nadzor_sdk enrol --url "$portal" --token "$token" --out "$here/bench.json"

# 3. Report three test studies, one of them failed, and wait for their receipt.
"$python" - "$here/bench.json" <<'PYTHON'
import hashlib
import sys

from nadzor_sdk import Client, Failure, Finding

BUILD = hashlib.sha256(b"model and software of the bench").hexdigest()
with Client(sys.argv[1], purpose="test", strict=True) as client:
    for number in range(3):
        study = hashlib.sha256(b"a salt that stays with you|%d" % number).hexdigest()[:32]
        failed = number == 2
        client.study(
            study=study,
            version="0.1.0",
            build=BUILD,
            outcome="failed" if failed else "processed",
            failure=Failure(stage="input", code="INP001") if failed else None,
            modality="DX",
            duration_ms=900 + number,
            findings=[] if failed else [Finding(code="nodule", score=4200 + number, positive=False)],
        )
    if not client.flush(timeout=60):
        sys.exit(f"no receipt yet: {client.health().last_error}; everything waits in the spool, run this again")
PYTHON

# 4. Check the receipt, offline, under the key of the log that was pinned at enrolment.
key=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["log_vkey"])' "$here/bench.json")
"$python" -m nadzor_sdk verify "$here/bench.spool/last-answer.json" --key "$key"
echo "TEST receipt: $here/bench.spool/last-answer.json"
