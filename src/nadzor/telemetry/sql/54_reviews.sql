-- SPDX-License-Identifier: Apache-2.0
-- reviews, not_reviewed
-- total: verdict
SELECT day, known, origin, 'verdict' AS dimension, verdict AS stratum, 'reviews' AS measure, '' AS finding, -1 AS bin, n
FROM review_fact
UNION ALL
SELECT day, known, origin, 'all', '', 'not_reviewed', '', -1, n FROM review_fact WHERE verdict = 'not_reviewed'
