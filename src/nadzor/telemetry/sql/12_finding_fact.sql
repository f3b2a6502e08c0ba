-- SPDX-License-Identifier: Apache-2.0
-- What devices concluded, as signed facts.
SELECT day, known, origin, equipment, age_band, sex, finding, score, positive, 1 AS n
FROM finding
UNION ALL
SELECT f.day, v.known, f.origin, f.equipment, f.age_band, f.sex, f.finding, f.score, f.positive, -1 AS n
FROM finding f JOIN void v ON f.event = v.event
