-- SPDX-License-Identifier: Apache-2.0
-- From when to when each statement stands: a later one of the same installation, study and finding supersedes it;
-- when the later one is taken back, the earlier one stands again.
SELECT l.event, l.origin, l.installation, l.study_hi, l.study_lo, l.study_day, l.source, l.selection,
       l.finding, l.present, l.since, l.until
FROM label_life l
LEFT JOIN label_rival r
  ON l.installation = r.installation AND l.study_hi = r.study_hi AND l.study_lo = r.study_lo
 AND l.finding = r.finding
WHERE r.installation IS NULL AND l.since < l.until
UNION ALL
SELECT l.event, l.origin, l.installation, l.study_hi, l.study_lo, l.study_day, l.source, l.selection,
       l.finding, l.present, t.since, t.until
FROM (
    SELECT c.installation, c.study_hi, c.study_lo, c.finding, c.since, c.until, max(l.event) AS event
    FROM (
        SELECT installation, study_hi, study_lo, finding, on_day AS since,
               lead(on_day) OVER (PARTITION BY installation, study_hi, study_lo, finding ORDER BY on_day) AS until
        FROM label_change
    ) c
    JOIN label_life l
      ON c.installation = l.installation AND c.study_hi = l.study_hi AND c.study_lo = l.study_lo
     AND c.finding = l.finding AND l.since <= c.since AND c.since < l.until
    WHERE c.until IS NOT NULL
    GROUP BY c.installation, c.study_hi, c.study_lo, c.finding, c.since, c.until
) t
JOIN label_life l ON l.event = t.event AND l.finding = t.finding
