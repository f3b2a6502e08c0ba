-- SPDX-License-Identifier: Apache-2.0
-- tp, fp, fn, tn
SELECT c.day, c.known, c.origin, c.dimension, c.stratum, c.measure, c.finding, -1 AS bin, sum(c.n) AS n
FROM (
    SELECT l.study_day AS day, l.known, l.origin, d.dimension,
           CASE WHEN d.dimension = 'selection' THEN l.selection ELSE '' END AS stratum,
           CASE WHEN l.present = 1 AND l.positive = 1 THEN 'tp' WHEN l.present = 1 THEN 'fn'
                WHEN l.positive = 1 THEN 'fp' ELSE 'tn' END AS measure,
           l.finding, l.n
    FROM label_fact l
    CROSS JOIN (SELECT 'all' AS dimension UNION ALL SELECT 'selection') d
    WHERE l.positive IS NOT NULL
) c
GROUP BY c.day, c.known, c.origin, c.dimension, c.stratum, c.measure, c.finding
