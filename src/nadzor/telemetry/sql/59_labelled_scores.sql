-- SPDX-License-Identifier: Apache-2.0
-- score_present, score_absent: the integer score itself, per device and version
-- total: selection
SELECT l.study_day AS day, l.known, o.line AS origin, 'selection' AS dimension, l.selection AS stratum,
       CASE WHEN l.present = 1 THEN 'score_present' ELSE 'score_absent' END AS measure,
       l.finding, l.score AS bin, l.n
FROM label_fact l
JOIN line o ON l.origin = o.origin
WHERE l.score IS NOT NULL
