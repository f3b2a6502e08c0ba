-- SPDX-License-Identifier: Apache-2.0
-- labels: statements that stand, whether or not their study has arrived
-- total: selection
SELECT l.study_day AS day, CASE WHEN x.n = 1 THEN l.since ELSE l.until END AS known, l.origin, d.dimension,
       CASE WHEN d.dimension = 'selection' THEN l.selection ELSE l.source END AS stratum,
       'labels' AS measure, l.finding, -1 AS bin, x.n
FROM label_span l
JOIN (SELECT 1 AS n UNION ALL SELECT -1 AS n) x ON x.n = 1 OR l.until < DATE '9999-12-31'
CROSS JOIN (SELECT 'selection' AS dimension UNION ALL SELECT 'source') d
