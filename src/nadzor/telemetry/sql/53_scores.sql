-- SPDX-License-Identifier: Apache-2.0
-- scores: the histogram of a device and version on its registered bins
-- total: equipment
-- bin: score_bin, the number that stands at this place of it
SELECT f.day, f.known, c.line AS origin, 'equipment' AS dimension, f.equipment AS stratum, 'scores' AS measure,
       f.finding, c.start + f.score AS bin, f.n
FROM finding_fact f
JOIN scale c ON f.origin = c.origin AND f.finding = c.finding
WHERE f.score IS NOT NULL
