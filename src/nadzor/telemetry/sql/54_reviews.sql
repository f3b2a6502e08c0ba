-- SPDX-License-Identifier: Apache-2.0
-- reviews, not_reviewed
SELECT day, known, origin, 'all' AS dimension, '' AS stratum, 'reviews' AS measure, '' AS finding, -1 AS bin, sum(n) AS n
FROM review_fact GROUP BY day, known, origin
UNION ALL
SELECT day, known, origin, 'verdict', verdict, 'reviews', '', -1, sum(n)
FROM review_fact GROUP BY day, known, origin, verdict
UNION ALL
SELECT day, known, origin, 'all', '', 'not_reviewed', '', -1, sum(n)
FROM review_fact WHERE verdict = 'not_reviewed' GROUP BY day, known, origin
