-- SPDX-License-Identifier: Apache-2.0
-- scores: the histogram of a device and version on its registered bins
SELECT c.day, c.known, c.line AS origin, 'equipment' AS dimension, c.equipment AS stratum, 'scores' AS measure,
       s.finding, c.bin, c.n
FROM score_cell c
JOIN score_scale s ON c.scale = s.scale
UNION ALL
SELECT c.day, c.known, c.line, 'all', '', 'scores', s.finding, c.bin, c.n
FROM (SELECT day, known, line, scale, bin, sum(n) AS n FROM score_cell GROUP BY day, known, line, scale, bin) c
JOIN score_scale s ON c.scale = s.scale
