-- SPDX-License-Identifier: Apache-2.0
-- What later proved true of the touched studies, finding by finding: from when to when each statement is known.
SELECT t.event, t.origin, t.installation, t.study_hi, t.study_lo, t.study_day, t.source, t.selection,
       f.finding, f.present, t.known AS since,
       CASE WHEN v.known IS NULL THEN DATE '9999-12-31' ELSE v.known END AS until
FROM truth t
JOIN touched k
  ON t.installation = k.installation AND t.study_hi = k.study_hi AND t.study_lo = k.study_lo
JOIN truth_finding f ON t.event = f.event
LEFT JOIN void v ON t.event = v.event
