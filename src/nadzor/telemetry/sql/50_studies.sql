-- SPDX-License-Identifier: Apache-2.0
-- studies, processed, failed, declined
-- total: equipment
SELECT day, known, origin, 'equipment' AS dimension, equipment AS stratum, 'studies' AS measure, '' AS finding, -1 AS bin, n
FROM study_cell
UNION ALL
SELECT day, known, origin, 'modality', modality, 'studies', '', -1, n FROM study_cell
UNION ALL
SELECT day, known, origin, 'age_band', age_band, 'studies', '', -1, n FROM study_person
UNION ALL
SELECT day, known, origin, 'sex', sex, 'studies', '', -1, n FROM study_person
UNION ALL
SELECT day, known, origin, 'all', '', outcome, '', -1, n FROM study_cell WHERE outcome <> 'failed'
UNION ALL
SELECT day, known, origin, 'stage', stage, 'failed', '', -1, n FROM study_cell WHERE outcome = 'failed'
UNION ALL
SELECT day, known, origin, 'equipment', equipment, 'failed', '', -1, n FROM study_cell WHERE outcome = 'failed'
