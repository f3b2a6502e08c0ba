-- SPDX-License-Identifier: Apache-2.0
-- Findings about which more than one statement was made.
SELECT installation, study_hi, study_lo, finding
FROM label_life
GROUP BY installation, study_hi, study_lo, finding
HAVING count(*) > 1
