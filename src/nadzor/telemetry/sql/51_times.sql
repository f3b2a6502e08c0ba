-- SPDX-License-Identifier: Apache-2.0
-- duration, delay
SELECT s.day, s.known, s.origin, 'all' AS dimension, '' AS stratum, 'duration' AS measure, '' AS finding, b.bin, sum(s.n) AS n
FROM study_fact s
JOIN fixed_bin b ON b.bins = 'duration' AND s.duration_ms >= b.low AND s.duration_ms < b.high
GROUP BY s.day, s.known, s.origin, b.bin
UNION ALL
SELECT s.day, s.known, s.origin, 'all', '', 'delay', '', b.bin, sum(s.n)
FROM study_fact s
JOIN fixed_bin b ON b.bins = 'delay' AND s.delay_s >= b.low AND s.delay_s < b.high
GROUP BY s.day, s.known, s.origin, b.bin
