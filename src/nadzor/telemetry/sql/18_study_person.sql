-- SPDX-License-Identifier: Apache-2.0
-- Studies of an origin by age and sex.
SELECT day, known, origin, age_band, sex, sum(n) AS n
FROM study_fact
GROUP BY day, known, origin, age_band, sex
