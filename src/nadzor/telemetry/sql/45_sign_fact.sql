-- SPDX-License-Identifier: Apache-2.0
-- Hours from a reading to a physician's review of it, as signed facts, likewise; both clocks are the site's.
SELECT p.study_day, p.origin, p.hours, CASE WHEN x.n = 1 THEN p.since ELSE p.until END AS known, x.n
FROM (
    SELECT s.origin, r.study_day, r.at_hour - s.at_hour AS hours,
           CASE WHEN s.since > r.known THEN s.since ELSE r.known END AS since,
           CASE WHEN v.known IS NULL OR s.until < v.known THEN s.until ELSE v.known END AS until
    FROM review r
    JOIN study_span s
      ON s.installation = r.installation AND s.study_hi = r.study_hi AND s.study_lo = r.study_lo
    LEFT JOIN void v ON r.event = v.event
) p
JOIN (SELECT 1 AS n UNION ALL SELECT -1 AS n) x ON x.n = 1 OR p.until < DATE '9999-12-31'
WHERE p.since < p.until
