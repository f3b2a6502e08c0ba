-- SPDX-License-Identifier: Apache-2.0
-- studies, processed, failed, declined
SELECT day, known, origin, 'all' AS dimension, '' AS stratum, 'studies' AS measure, '' AS finding, -1 AS bin, sum(n) AS n
FROM study_fact GROUP BY day, known, origin
UNION ALL
SELECT day, known, origin, 'equipment', equipment, 'studies', '', -1, sum(n)
FROM study_fact GROUP BY day, known, origin, equipment
UNION ALL
SELECT day, known, origin, 'modality', modality, 'studies', '', -1, sum(n)
FROM study_fact GROUP BY day, known, origin, modality
UNION ALL
SELECT day, known, origin, 'age_band', age_band, 'studies', '', -1, sum(n)
FROM study_fact GROUP BY day, known, origin, age_band
UNION ALL
SELECT day, known, origin, 'sex', sex, 'studies', '', -1, sum(n)
FROM study_fact GROUP BY day, known, origin, sex
UNION ALL
SELECT day, known, origin, 'all', '', outcome, '', -1, sum(n)
FROM study_fact GROUP BY day, known, origin, outcome
UNION ALL
SELECT day, known, origin, 'stage', stage, 'failed', '', -1, sum(n)
FROM study_fact WHERE outcome = 'failed' GROUP BY day, known, origin, stage
UNION ALL
SELECT day, known, origin, 'equipment', equipment, 'failed', '', -1, sum(n)
FROM study_fact WHERE outcome = 'failed' GROUP BY day, known, origin, equipment
