-- SPDX-License-Identifier: Apache-2.0
-- tp, fp, fn, tn
-- total: selection
SELECT study_day AS day, known, origin, 'selection' AS dimension, selection AS stratum,
       CASE WHEN present = 1 AND positive = 1 THEN 'tp' WHEN present = 1 THEN 'fn'
            WHEN positive = 1 THEN 'fp' ELSE 'tn' END AS measure,
       finding, -1 AS bin, n
FROM label_fact
WHERE positive IS NOT NULL
