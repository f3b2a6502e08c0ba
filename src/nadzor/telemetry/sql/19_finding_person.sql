-- SPDX-License-Identifier: Apache-2.0
-- Decisions by age and sex, for device and version only: a site's cells would be tiny.
SELECT f.day, f.known, l.line, f.age_band, f.sex, f.finding,
       sum(CASE WHEN f.positive IS NULL THEN 0 ELSE f.n END) AS decided,
       sum(CASE WHEN f.positive = 1 THEN f.n ELSE 0 END) AS positives
FROM finding_fact f JOIN line l ON f.origin = l.origin
GROUP BY f.day, f.known, l.line, f.age_band, f.sex, f.finding
