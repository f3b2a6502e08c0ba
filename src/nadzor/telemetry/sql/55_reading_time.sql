-- SPDX-License-Identifier: Apache-2.0
-- reading_time: never per reader or site
SELECT r.day, r.known, l.line AS origin, 'reading_time' AS dimension, r.reading_time AS stratum,
       'reading_time' AS measure, '' AS finding, -1 AS bin, sum(r.n) AS n
FROM review_fact r
JOIN line l ON r.origin = l.origin
GROUP BY r.day, r.known, l.line, r.reading_time
