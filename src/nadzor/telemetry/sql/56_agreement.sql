-- SPDX-License-Identifier: Apache-2.0
-- agree, disagree
SELECT study_day AS day, known, origin, 'all' AS dimension, '' AS stratum,
       CASE WHEN present = positive THEN 'agree' ELSE 'disagree' END AS measure, finding, -1 AS bin, n
FROM agreement_fact
WHERE positive IS NOT NULL
