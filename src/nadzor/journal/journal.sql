-- SPDX-License-Identifier: Apache-2.0
-- Every statement of the journal, in plain SQL that SQLite and PostgreSQL both read ("?" marks a value).
-- BYTEA and BIGINT are PostgreSQL's names; SQLite keeps bytes and 64-bit integers under them unchanged.

-- name: schema

CREATE TABLE IF NOT EXISTS frontier (      -- one row: the tree as it is, and the one lock of the writers
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    edition    INTEGER NOT NULL,
    origin     TEXT    NOT NULL,
    size       BIGINT  NOT NULL,
    hashes     BYTEA   NOT NULL,           -- complete subtrees, the largest first, 32 bytes each
    events     BIGINT  NOT NULL,           -- lines ever stored: accepted + rejected
    accepted   BIGINT  NOT NULL,
    rejected   BIGINT  NOT NULL
);

CREATE TABLE IF NOT EXISTS batch (         -- one row a batch, never changed
    idx           BIGINT  PRIMARY KEY,     -- position of its leaf
    stream        BYTEA   NOT NULL,
    first         BIGINT  NOT NULL,
    last          BIGINT  NOT NULL,
    body_sha256   BYTEA   NOT NULL,        -- of the coded body, as signed
    installation  TEXT    NOT NULL,
    device        TEXT    NOT NULL,
    site          TEXT    NOT NULL,
    keyid         TEXT    NOT NULL,
    received_at   TEXT    NOT NULL,
    month         TEXT    NOT NULL,        -- of receipt: names the body's key
    coding        TEXT    NOT NULL,
    directory     BIGINT  NOT NULL,        -- serial of the key directory that judged it
    events_before BIGINT  NOT NULL,
    accepted      BIGINT  NOT NULL,
    rejected      BIGINT  NOT NULL,
    verdicts      TEXT    NOT NULL,        -- canonical JSON; its digest is in the leaf
    leaf          TEXT    NOT NULL,        -- canonical JSON; its hash is node (0, idx)
    body          BYTEA   NOT NULL,        -- nonce and AES-256-GCM of the coded body
    UNIQUE (stream, first)
);

CREATE TABLE IF NOT EXISTS node (          -- complete subtrees of the tree, never changed
    level INTEGER NOT NULL,
    idx   BIGINT  NOT NULL,
    hash  BYTEA   NOT NULL,
    PRIMARY KEY (level, idx)
);

CREATE TABLE IF NOT EXISTS stream (        -- how far each stream has come
    stream       BYTEA   PRIMARY KEY,
    installation TEXT    NOT NULL,
    opened       BIGINT  NOT NULL,         -- index of its first batch
    next_seq     BIGINT  NOT NULL,
    tail         BYTEA   NOT NULL,         -- body_sha256 of its batch stored last
    after        BYTEA,                    -- the stream it says it continues
    after_last   BIGINT  NOT NULL,
    restored     INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS gap (           -- ledger: numbers that did not arrive in their turn
    stream   BYTEA  NOT NULL,
    first    BIGINT NOT NULL,
    last     BIGINT NOT NULL,
    found_by BIGINT NOT NULL,              -- index of the batch that showed it, or that filled a part of it
    closed_by BIGINT,                      -- index of the batch that filled it, wholly or in part
    declared TEXT,                         -- code of the maker's own declaration that they are lost
    PRIMARY KEY (stream, first, found_by)
);

CREATE TABLE IF NOT EXISTS declaration (   -- ledger: what a maker said will never arrive; several may cover one gap
    stream BYTEA  NOT NULL,
    first  BIGINT NOT NULL,
    last   BIGINT NOT NULL,
    code   TEXT   NOT NULL,
    idx    BIGINT NOT NULL,                -- index of the batch that said so
    PRIMARY KEY (stream, first, last)
);

CREATE TABLE IF NOT EXISTS fork (          -- ledger: a batch that does not name its predecessor
    idx      BIGINT PRIMARY KEY,
    stream   BYTEA  NOT NULL,
    expected BYTEA  NOT NULL,
    stated   BYTEA  NOT NULL
);

CREATE TABLE IF NOT EXISTS quarantine (    -- rejected events: code, place and shape, never a value
    idx    BIGINT NOT NULL,
    seq    BIGINT NOT NULL,
    device TEXT   NOT NULL,
    code   TEXT   NOT NULL,
    place  TEXT   NOT NULL,
    shape  TEXT   NOT NULL,
    PRIMARY KEY (idx, seq)
);
CREATE INDEX IF NOT EXISTS quarantine_device ON quarantine (device, idx);

CREATE TABLE IF NOT EXISTS refusal (       -- whole batches refused: what is needed to talk about it
    at     TEXT   NOT NULL,
    digest TEXT   NOT NULL,                -- SHA-256 of the coded body, hexadecimal
    code   TEXT   NOT NULL,
    seq    BIGINT,
    place  TEXT,
    keyid  TEXT
);

CREATE TABLE IF NOT EXISTS refused (       -- every refusal is counted, also those not kept one by one
    day  TEXT   NOT NULL,
    code TEXT   NOT NULL,
    n    BIGINT NOT NULL,
    PRIMARY KEY (day, code)
);

CREATE TABLE IF NOT EXISTS checkpoint (    -- what the log has signed; one may be missing after a crash
    size BIGINT PRIMARY KEY,
    root BYTEA  NOT NULL,
    note TEXT   NOT NULL
);

-- name: found
INSERT INTO frontier (id, edition, origin, size, hashes, events, accepted, rejected)
VALUES (1, ?, ?, 0, ?, 0, 0, 0) ON CONFLICT (id) DO NOTHING

-- name: frontier
SELECT edition, origin, size, hashes, events, accepted, rejected FROM frontier WHERE id = 1

-- name: advance
UPDATE frontier SET size = ?, hashes = ?, events = ?, accepted = ?, rejected = ? WHERE id = 1

-- name: streams
SELECT stream, installation, opened, next_seq, tail, after, after_last, restored FROM stream
WHERE stream IN (?*)

-- name: put_stream
INSERT INTO stream (stream, installation, opened, next_seq, tail, after, after_last, restored)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (stream) DO UPDATE SET next_seq = excluded.next_seq, tail = excluded.tail

-- name: stored
SELECT idx, first, last, body_sha256 FROM batch WHERE stream = ? AND first = ?

-- name: put_batch
INSERT INTO batch (idx, stream, first, last, body_sha256, installation, device, site, keyid, received_at, month,
                   coding, directory, events_before, accepted, rejected, verdicts, leaf, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: leaves
SELECT idx, leaf FROM batch WHERE idx >= ? AND idx < ? ORDER BY idx

-- name: headings
SELECT idx, stream, first, last, body_sha256, installation, device, site, keyid, received_at, month,
       coding, directory, events_before, accepted, rejected, verdicts, leaf
FROM batch WHERE idx >= ? AND idx < ? ORDER BY idx

-- name: body
SELECT body FROM batch WHERE idx = ?

-- name: last_received
SELECT received_at FROM batch WHERE idx = ?

-- name: put_node
INSERT INTO node (level, idx, hash) VALUES (?, ?, ?)

-- name: node
SELECT hash FROM node WHERE level = ? AND idx = ?

-- name: row_counts
SELECT (SELECT count(*) FROM node), (SELECT count(*) FROM batch)

-- name: open_gaps
SELECT first, last, found_by FROM gap WHERE stream = ? AND closed_by IS NULL ORDER BY first

-- name: put_gap
INSERT INTO gap (stream, first, last, found_by) VALUES (?, ?, ?, ?)

-- name: close_gap
UPDATE gap SET closed_by = ? WHERE stream = ? AND first = ? AND found_by = ?

-- name: declare_gap
UPDATE gap SET declared = ? WHERE stream = ? AND first = ? AND found_by = ?

-- name: put_declaration
INSERT INTO declaration (stream, first, last, code, idx) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (stream, first, last) DO NOTHING

-- name: declarations
SELECT first, last, code FROM declaration WHERE stream = ?

-- name: gaps
SELECT gap.stream, stream.installation, gap.first, gap.last, gap.found_by, gap.closed_by, gap.declared
FROM gap JOIN stream ON stream.stream = gap.stream ORDER BY gap.found_by, gap.stream, gap.first

-- name: gap_ledger
SELECT gap.stream, stream.installation, gap.first, gap.last, gap.found_by, gap.closed_by, gap.declared,
       shown.device, shown.received_at, filled.received_at
FROM gap
JOIN stream ON stream.stream = gap.stream
JOIN batch AS shown ON shown.idx = gap.found_by
LEFT JOIN batch AS filled ON filled.idx = gap.closed_by
ORDER BY gap.found_by, gap.stream, gap.first

-- name: open_gap_count
SELECT count(*) FROM gap WHERE closed_by IS NULL

-- name: all_streams
SELECT stream, installation, opened, next_seq, tail, after, after_last, restored FROM stream ORDER BY opened

-- name: put_fork
INSERT INTO fork (idx, stream, expected, stated) VALUES (?, ?, ?, ?)

-- name: forks
SELECT idx, stream, expected, stated FROM fork ORDER BY idx

-- name: fork_ledger
SELECT fork.idx, fork.stream, fork.expected, fork.stated, batch.installation, batch.device, batch.received_at
FROM fork JOIN batch ON batch.idx = fork.idx ORDER BY fork.idx

-- name: restored
SELECT stream.stream, batch.installation, batch.device, batch.received_at
FROM stream JOIN batch ON batch.idx = stream.opened WHERE stream.restored = 1 ORDER BY stream.opened

-- name: put_quarantined
INSERT INTO quarantine (idx, seq, device, code, place, shape) VALUES (?, ?, ?, ?, ?, ?)

-- name: quarantined
SELECT idx, seq, device, code, place, shape FROM quarantine WHERE device = ? ORDER BY idx, seq

-- name: all_quarantined
SELECT idx, seq, device, code, place, shape FROM quarantine ORDER BY idx, seq

-- name: quarantined_count
SELECT count(*) FROM quarantine

-- name: put_refusal
INSERT INTO refusal (at, digest, code, seq, place, keyid) VALUES (?, ?, ?, ?, ?, ?)

-- name: refusals
SELECT at, digest, code, seq, place, keyid FROM refusal ORDER BY at

-- name: count_refused
INSERT INTO refused (day, code, n) VALUES (?, ?, ?)
ON CONFLICT (day, code) DO UPDATE SET n = refused.n + excluded.n

-- name: refused
SELECT day, code, n FROM refused ORDER BY day, code

-- name: put_checkpoint
INSERT INTO checkpoint (size, root, note) VALUES (?, ?, ?) ON CONFLICT (size) DO NOTHING

-- name: checkpoints
SELECT size, root, note FROM checkpoint ORDER BY size

-- name: newest_checkpoint
SELECT size, root, note FROM checkpoint WHERE size > ? ORDER BY size DESC LIMIT 1
