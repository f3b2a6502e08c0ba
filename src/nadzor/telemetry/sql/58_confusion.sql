-- SPDX-License-Identifier: Apache-2.0
-- tp, fp, fn, tn
-- total: selection
SELECT f.study_day AS day, f.known, CASE WHEN d.dimension = 'selection' THEN f.origin ELSE l.line END AS origin,
       d.dimension,
       CASE WHEN d.dimension = 'selection' THEN f.selection WHEN d.dimension = 'sex' THEN f.sex
            ELSE f.age_band END AS stratum,
       CASE WHEN f.present = 1 AND f.positive = 1 THEN 'tp' WHEN f.present = 1 THEN 'fn'
            WHEN f.positive = 1 THEN 'fp' ELSE 'tn' END AS measure,
       f.finding, -1 AS bin, f.n
FROM label_fact f
JOIN line l ON f.origin = l.origin
CROSS JOIN (SELECT 'selection' AS dimension UNION ALL SELECT 'age_band' UNION ALL SELECT 'sex') d
WHERE f.positive IS NOT NULL
