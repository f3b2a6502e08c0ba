-- SPDX-License-Identifier: Apache-2.0
-- A reading and a statement about it that stand at the same time, as signed facts: +1 on the later of the two
-- dates, -1 when either falls.
SELECT p.study_day, p.origin, p.selection, p.finding, p.present, f.age_band, f.sex, f.positive, f.score,
       CASE WHEN x.n = 1 THEN p.since ELSE p.until END AS known, x.n
FROM (
    SELECT s.event, s.origin, l.study_day, l.selection, l.finding, l.present,
           CASE WHEN s.since > l.since THEN s.since ELSE l.since END AS since,
           CASE WHEN s.until < l.until THEN s.until ELSE l.until END AS until
    FROM study_span s
    JOIN label_span l
      ON s.installation = l.installation AND s.study_hi = l.study_hi AND s.study_lo = l.study_lo
) p
JOIN spoken_finding f ON p.event = f.event AND p.finding = f.finding
JOIN (SELECT 1 AS n UNION ALL SELECT -1 AS n) x ON x.n = 1 OR p.until < DATE '9999-12-31'
WHERE p.since < p.until
