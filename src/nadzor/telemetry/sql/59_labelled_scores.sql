-- SPDX-License-Identifier: Apache-2.0
-- score_present, score_absent: the integer score itself, per device and version
SELECT c.day, c.known, c.origin, c.dimension, c.stratum, c.measure, c.finding, c.bin, sum(c.n) AS n
FROM (
    SELECT l.study_day AS day, l.known, o.line AS origin, d.dimension,
           CASE WHEN d.dimension = 'selection' THEN l.selection ELSE '' END AS stratum,
           CASE WHEN l.present = 1 THEN 'score_present' ELSE 'score_absent' END AS measure,
           l.finding, l.score AS bin, l.n
    FROM label_fact l
    JOIN line o ON l.origin = o.origin
    CROSS JOIN (SELECT 'all' AS dimension UNION ALL SELECT 'selection') d
    WHERE l.score IS NOT NULL
) c
GROUP BY c.day, c.known, c.origin, c.dimension, c.stratum, c.measure, c.finding, c.bin
