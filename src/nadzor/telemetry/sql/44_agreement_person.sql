-- SPDX-License-Identifier: Apache-2.0
-- The same by age and sex, for device and version only: a site's cells would be tiny.
SELECT a.study_day AS day, a.known, l.line, a.age_band, a.sex,
       CASE WHEN a.present = a.positive THEN 'agree' ELSE 'disagree' END AS measure, a.finding, sum(a.n) AS n
FROM agreement_fact a JOIN line l ON a.origin = l.origin
WHERE a.positive IS NOT NULL
GROUP BY a.study_day, a.known, l.line, a.age_band, a.sex,
         CASE WHEN a.present = a.positive THEN 'agree' ELSE 'disagree' END, a.finding
