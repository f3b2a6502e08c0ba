-- SPDX-License-Identifier: Apache-2.0
-- Readings reported more than once.
SELECT installation, study_hi, study_lo, version
FROM study_life
GROUP BY installation, study_hi, study_lo, version
HAVING count(*) > 1
