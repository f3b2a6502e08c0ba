-- SPDX-License-Identifier: Apache-2.0
-- decided, positives, scored
-- total: equipment
SELECT day, known, origin, 'equipment' AS dimension, equipment AS stratum, 'decided' AS measure, finding, -1 AS bin, decided AS n
FROM finding_cell
UNION ALL
SELECT day, known, origin, 'equipment', equipment, 'positives', finding, -1, positives FROM finding_cell
UNION ALL
SELECT day, known, origin, 'all', '', 'scored', finding, -1, scored FROM finding_cell
UNION ALL
SELECT day, known, line, 'age_band', age_band, 'decided', finding, -1, decided FROM finding_person
UNION ALL
SELECT day, known, line, 'age_band', age_band, 'positives', finding, -1, positives FROM finding_person
UNION ALL
SELECT day, known, line, 'sex', sex, 'decided', finding, -1, decided FROM finding_person
UNION ALL
SELECT day, known, line, 'sex', sex, 'positives', finding, -1, positives FROM finding_person
