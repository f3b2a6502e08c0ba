-- SPDX-License-Identifier: Apache-2.0
-- labels: statements that stand, whether or not their study has arrived
SELECT c.day, c.known, c.origin, c.dimension, c.stratum, 'labels' AS measure, c.finding, -1 AS bin, sum(c.n) AS n
FROM (
    SELECT l.study_day AS day, CASE WHEN x.n = 1 THEN l.since ELSE l.until END AS known, l.origin, d.dimension,
           CASE WHEN d.dimension = 'selection' THEN l.selection WHEN d.dimension = 'source' THEN l.source ELSE '' END AS stratum,
           l.finding, x.n
    FROM label_span l
    JOIN (SELECT 1 AS n UNION ALL SELECT -1 AS n) x ON x.n = 1 OR l.until < DATE '9999-12-31'
    CROSS JOIN (SELECT 'all' AS dimension UNION ALL SELECT 'selection' UNION ALL SELECT 'source') d
) c
GROUP BY c.day, c.known, c.origin, c.dimension, c.stratum, c.finding
