# SPDX-License-Identifier: Apache-2.0
"""Content codings: bombs, torn tails and trailing bytes."""

from __future__ import annotations

import gzip
import os
import tracemalloc

import pytest
import zstandard

from nadzor_wire import limits
from nadzor_wire.coding import BatchError, deflate, inflate

TEXT = b"".join(b"line %d\n" % number for number in range(2_000))


def streamed(body):
    """A zstd frame that does not state its size."""
    machine = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    return machine.compress(body) + machine.flush()


CODED = {"gzip": gzip.compress(TEXT), "zstd": deflate(TEXT, "zstd"), "zstd streamed": streamed(TEXT)}


def code_of(coded, coding):
    """Problem code with which a body is refused."""
    with pytest.raises(BatchError) as refused:
        inflate(coded, coding=coding)
    return refused.value.code


@pytest.mark.parametrize("name", CODED)
def test_a_body_inflates(name):
    """gzip, zstd with and without a stated size all give the body back."""
    assert inflate(CODED[name], coding=name.split()[0]) == TEXT


@pytest.mark.parametrize("name", CODED)
@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1], lambda b: b + b"x", lambda b: b"x" + b, lambda b: b[:8], lambda b: b""]
)
def test_anything_but_one_whole_frame_is_refused(name, spoil):
    """Torn, prefixed, continued and empty frames are refused."""
    assert code_of(spoil(CODED[name]), name.split()[0]) == "batch.inflate"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_an_empty_body_inflates_to_nothing(coding):
    """A frame of no bytes is a whole frame."""
    assert inflate(deflate(b"", coding), coding=coding) == b""


@pytest.mark.parametrize(
    ("make", "coding"),
    [(gzip.compress, "gzip"), (lambda b: deflate(b, "zstd"), "zstd"), (streamed, "zstd")],
)
def test_bombs_are_refused_while_inflating(make, coding):
    """A body that inflates beyond the ratio or the limit is refused without being held."""
    bomb, noise = make(bytes(64 * 1024 * 1024)), make(os.urandom(1_000_000) + bytes(40 * 1024 * 1024))
    tracemalloc.start()
    assert code_of(bomb, coding) in ("batch.ratio", "batch.inflated-too-large")
    assert code_of(noise, coding) == "batch.inflated-too-large"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * limits.INFLATED_MAX


def test_the_ratio_counts_only_beyond_a_small_size():
    """Small repetitive batches are honest; the same ratio at a larger size is not."""
    assert len(inflate(gzip.compress(bytes(limits.RATIO_FREE)), coding="gzip")) == limits.RATIO_FREE
    assert code_of(gzip.compress(bytes(limits.RATIO_FREE * 20)), "gzip") == "batch.ratio"


def test_unknown_codings_and_large_bodies_are_refused():
    """Only three codings exist, and a coded body has a limit of its own."""
    assert code_of(b"", "br") == "batch.content-encoding"
    assert code_of(bytes(limits.CODED_MAX + 1), "identity") == "batch.too-large"
