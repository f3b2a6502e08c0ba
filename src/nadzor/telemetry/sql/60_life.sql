-- SPDX-License-Identifier: Apache-2.0
-- faults, heartbeats, skew, changes, adverse_events, corrected, withheld, lost
SELECT c.day, c.known, c.origin, c.dimension, c.stratum, c.measure, '' AS finding, c.bin, sum(c.n) AS n
FROM (
    SELECT day, known, origin, dimension, stratum, measure, bin, n FROM life_fact
    UNION ALL
    SELECT l.day, v.known, l.origin, l.dimension, l.stratum, l.measure, l.bin, -l.n
    FROM life_fact l JOIN void v ON l.event = v.event
) c
GROUP BY c.day, c.known, c.origin, c.dimension, c.stratum, c.measure, c.bin
