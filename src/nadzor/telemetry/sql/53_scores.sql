-- SPDX-License-Identifier: Apache-2.0
-- scores: the histogram of a device and version on its registered bins
SELECT f.day, f.known, c.line AS origin, 'all' AS dimension, '' AS stratum, 'scores' AS measure, f.finding, b.bin, sum(f.n) AS n
FROM finding_fact f
JOIN scale c ON f.origin = c.origin AND f.finding = c.finding
JOIN score_bin b ON c.scale = b.scale AND f.score = b.score
GROUP BY f.day, f.known, c.line, f.finding, b.bin
UNION ALL
SELECT f.day, f.known, c.line, 'equipment', f.equipment, 'scores', f.finding, b.bin, sum(f.n)
FROM finding_fact f
JOIN scale c ON f.origin = c.origin AND f.finding = c.finding
JOIN score_bin b ON c.scale = b.scale AND f.score = b.score
GROUP BY f.day, f.known, c.line, f.equipment, f.finding, b.bin
