-- SPDX-License-Identifier: Apache-2.0
-- agree, disagree
-- total: equipment
SELECT day, known, origin, 'equipment' AS dimension, equipment AS stratum, measure, finding, -1 AS bin, n
FROM agreement_cell
UNION ALL
SELECT day, known, line, 'age_band', age_band, measure, finding, -1, n FROM agreement_person
UNION ALL
SELECT day, known, line, 'sex', sex, measure, finding, -1, n FROM agreement_person
