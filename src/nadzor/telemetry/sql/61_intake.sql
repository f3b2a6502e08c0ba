-- SPDX-License-Identifier: Apache-2.0
-- accepted, duplicates, rejected, gaps: what intake itself saw, on the day of receipt.
-- A batch ahead of its turn opens a gap; a batch behind it closes as much as it brings.
-- total: code
SELECT known AS day, known, origin, 'all' AS dimension, '' AS stratum, 'accepted' AS measure, '' AS finding, -1 AS bin,
       accepted - duplicates AS n
FROM fresh_batch
UNION ALL
SELECT known, known, origin, 'all', '', 'duplicates', '', -1, duplicates FROM fresh_batch
UNION ALL
SELECT known, known, origin, 'code', code, 'rejected', '', -1, rejected FROM fresh_rejection
UNION ALL
SELECT known, known, origin, 'all', '', 'gaps', '', -1,
       CASE WHEN first_seq > reached + 1 THEN first_seq - reached - 1
            WHEN first_seq <= reached THEN first_seq - last_seq - 1 ELSE 0 END
FROM (
    SELECT b.known, b.origin, b.first_seq, b.last_seq,
           coalesce(max(b.last_seq) OVER (PARTITION BY b.stream_hi, b.stream_lo ORDER BY b.batch
                                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS reached
    FROM batch b
    JOIN (SELECT stream_hi, stream_lo FROM fresh_batch GROUP BY stream_hi, stream_lo) f
      ON b.stream_hi = f.stream_hi AND b.stream_lo = f.stream_lo
) b
