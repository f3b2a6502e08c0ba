-- SPDX-License-Identifier: Apache-2.0
-- time_to_sign: hours from the reading to the review, never per reader or site
SELECT f.study_day AS day, f.known, l.line AS origin, 'all' AS dimension, '' AS stratum, 'time_to_sign' AS measure,
       '' AS finding,
       CASE WHEN f.hours < 1 THEN 0 WHEN f.hours < 2 THEN 1 WHEN f.hours < 4 THEN 2 WHEN f.hours < 8 THEN 3
            WHEN f.hours < 16 THEN 4 WHEN f.hours < 24 THEN 5 WHEN f.hours < 48 THEN 6 WHEN f.hours < 96 THEN 7
            WHEN f.hours < 168 THEN 8 ELSE 9 END AS bin, f.n
FROM sign_fact f
JOIN line l ON f.origin = l.origin
