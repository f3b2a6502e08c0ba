-- SPDX-License-Identifier: Apache-2.0
-- From when to when each report of a reading stands: of those known and not taken back, the last in the journal.
SELECT l.event, l.origin, l.installation, l.study_hi, l.study_lo, l.at_hour, l.since, l.until
FROM study_life l
LEFT JOIN study_rival r
  ON l.installation = r.installation AND l.study_hi = r.study_hi AND l.study_lo = r.study_lo
 AND l.version = r.version
WHERE r.installation IS NULL AND l.since < l.until
UNION ALL
SELECT l.event, l.origin, l.installation, l.study_hi, l.study_lo, l.at_hour, t.since, t.until
FROM (
    SELECT c.installation, c.study_hi, c.study_lo, c.version, c.since, c.until, max(l.event) AS event
    FROM (
        SELECT installation, study_hi, study_lo, version, on_day AS since,
               lead(on_day) OVER (PARTITION BY installation, study_hi, study_lo, version ORDER BY on_day) AS until
        FROM study_change
    ) c
    JOIN study_life l
      ON c.installation = l.installation AND c.study_hi = l.study_hi AND c.study_lo = l.study_lo
     AND c.version = l.version AND l.since <= c.since AND c.since < l.until
    WHERE c.until IS NOT NULL
    GROUP BY c.installation, c.study_hi, c.study_lo, c.version, c.since, c.until
) t
JOIN study_life l ON l.event = t.event
