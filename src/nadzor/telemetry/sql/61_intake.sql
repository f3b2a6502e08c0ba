-- SPDX-License-Identifier: Apache-2.0
-- accepted, duplicates, rejected, gaps: what intake itself saw, on the day of receipt.
-- A batch ahead of its turn opens a gap; a batch behind it closes as much as it brings.
SELECT c.known AS day, c.known, c.origin, c.dimension, c.stratum, c.measure, '' AS finding, -1 AS bin, sum(c.n) AS n
FROM (
    SELECT known, origin, 'all' AS dimension, '' AS stratum, 'accepted' AS measure, accepted - duplicates AS n FROM batch
    UNION ALL
    SELECT known, origin, 'all', '', 'duplicates', duplicates FROM batch
    UNION ALL
    SELECT r.known, r.origin, d.dimension, CASE WHEN d.dimension = 'code' THEN r.code ELSE '' END, 'rejected', r.rejected
    FROM rejection r CROSS JOIN (SELECT 'all' AS dimension UNION ALL SELECT 'code') d
    UNION ALL
    SELECT known, origin, 'all', '', 'gaps',
           CASE WHEN first_seq > reached + 1 THEN first_seq - reached - 1
                WHEN first_seq <= reached THEN first_seq - last_seq - 1 ELSE 0 END
    FROM (
        SELECT known, origin, first_seq, last_seq,
               coalesce(max(last_seq) OVER (PARTITION BY stream_hi, stream_lo ORDER BY batch
                                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS reached
        FROM batch
    ) b
) c
GROUP BY c.known, c.origin, c.dimension, c.stratum, c.measure
