-- SPDX-License-Identifier: Apache-2.0
-- Physicians' reviews as signed facts.
SELECT day, known, origin, verdict, reading_time, 1 AS n
FROM fresh_review
UNION ALL
SELECT r.day, v.known, r.origin, r.verdict, r.reading_time, -1 AS n
FROM review r JOIN fresh_void v ON r.event = v.event
