-- SPDX-License-Identifier: Apache-2.0
-- reading_time: never per reader or site
SELECT r.day, r.known, l.line AS origin, 'reading_time' AS dimension, r.reading_time AS stratum,
       'reading_time' AS measure, '' AS finding, -1 AS bin, r.n
FROM review_fact r
JOIN line l ON r.origin = l.origin
