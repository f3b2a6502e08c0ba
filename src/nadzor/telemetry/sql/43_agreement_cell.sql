-- SPDX-License-Identifier: Apache-2.0
-- Agreement and its opposite, joined once and added up three ways: by equipment at each origin, and by age and by
-- sex for device and version only, since a site's cells would be tiny.
SELECT a.day, a.known, coalesce(a.origin, a.line) AS origin,
       CASE WHEN a.origin IS NOT NULL THEN 'equipment' WHEN a.age_band IS NOT NULL THEN 'age_band'
            ELSE 'sex' END AS dimension,
       coalesce(a.equipment, a.age_band, a.sex) AS stratum, a.measure, a.finding, sum(a.n) AS n
FROM (
    SELECT f.study_day AS day, f.known, f.origin, l.line, f.equipment, f.age_band, f.sex, f.finding,
           CASE WHEN f.present = f.positive THEN 'agree' ELSE 'disagree' END AS measure, f.n
    FROM agreement_fact f JOIN line l ON f.origin = l.origin
    WHERE f.positive IS NOT NULL
) a
GROUP BY GROUPING SETS (
    (a.day, a.known, a.origin, a.equipment, a.measure, a.finding),
    (a.day, a.known, a.line, a.age_band, a.measure, a.finding),
    (a.day, a.known, a.line, a.sex, a.measure, a.finding)
)
