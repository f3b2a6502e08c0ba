-- SPDX-License-Identifier: Apache-2.0
-- A reading and a physician's finding on it, as signed facts, likewise.
SELECT p.study_day, p.origin, p.finding, p.present, f.equipment, f.age_band, f.sex, f.positive,
       CASE WHEN x.n = 1 THEN p.since ELSE p.until END AS known, x.n
FROM (
    SELECT s.event, s.origin, r.study_day, g.finding, g.present,
           CASE WHEN s.since > r.known THEN s.since ELSE r.known END AS since,
           CASE WHEN v.known IS NULL OR s.until < v.known THEN s.until ELSE v.known END AS until
    FROM review r
    JOIN review_finding g ON r.event = g.event
    JOIN study_span s
      ON s.installation = r.installation AND s.study_hi = r.study_hi AND s.study_lo = r.study_lo
    LEFT JOIN void v ON r.event = v.event
) p
JOIN spoken_finding f ON p.event = f.event AND p.finding = f.finding
JOIN (SELECT 1 AS n UNION ALL SELECT -1 AS n) x ON x.n = 1 OR p.until < DATE '9999-12-31'
WHERE p.since < p.until
