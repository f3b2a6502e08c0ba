-- SPDX-License-Identifier: Apache-2.0
-- duration, delay
SELECT day, known, origin, 'all' AS dimension, '' AS stratum, 'duration' AS measure, '' AS finding,
       CASE WHEN duration_ms < 100 THEN 0 WHEN duration_ms < 250 THEN 1 WHEN duration_ms < 500 THEN 2
            WHEN duration_ms < 1000 THEN 3 WHEN duration_ms < 2500 THEN 4 WHEN duration_ms < 5000 THEN 5
            WHEN duration_ms < 10000 THEN 6 WHEN duration_ms < 30000 THEN 7 WHEN duration_ms < 60000 THEN 8
            WHEN duration_ms < 180000 THEN 9 WHEN duration_ms < 600000 THEN 10 ELSE 11 END AS bin, n
FROM study_fact WHERE duration_ms IS NOT NULL
UNION ALL
SELECT day, known, origin, 'all', '', 'delay', '',
       CASE WHEN delay_s < -300 THEN 0 WHEN delay_s < 0 THEN 1 WHEN delay_s < 60 THEN 2
            WHEN delay_s < 600 THEN 3 WHEN delay_s < 3600 THEN 4 WHEN delay_s < 21600 THEN 5
            WHEN delay_s < 86400 THEN 6 WHEN delay_s < 259200 THEN 7 WHEN delay_s < 604800 THEN 8
            WHEN delay_s < 2592000 THEN 9 ELSE 10 END, n
FROM study_fact
