-- SPDX-License-Identifier: Apache-2.0
-- Dates on which it can change which report of a contested reading stands.
SELECT l.installation, l.study_hi, l.study_lo, l.version, l.since AS on_day
FROM study_life l
JOIN study_rival r
  ON l.installation = r.installation AND l.study_hi = r.study_hi AND l.study_lo = r.study_lo
 AND l.version = r.version
UNION
SELECT l.installation, l.study_hi, l.study_lo, l.version, l.until AS on_day
FROM study_life l
JOIN study_rival r
  ON l.installation = r.installation AND l.study_hi = r.study_hi AND l.study_lo = r.study_lo
 AND l.version = r.version
