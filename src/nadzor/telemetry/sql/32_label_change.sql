-- SPDX-License-Identifier: Apache-2.0
-- Dates on which it can change which statement about a contested finding stands.
SELECT l.installation, l.study_hi, l.study_lo, l.finding, l.since AS on_day
FROM label_life l
JOIN label_rival r
  ON l.installation = r.installation AND l.study_hi = r.study_hi AND l.study_lo = r.study_lo
 AND l.finding = r.finding
UNION
SELECT l.installation, l.study_hi, l.study_lo, l.finding, l.until AS on_day
FROM label_life l
JOIN label_rival r
  ON l.installation = r.installation AND l.study_hi = r.study_hi AND l.study_lo = r.study_lo
 AND l.finding = r.finding
