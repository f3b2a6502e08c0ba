-- SPDX-License-Identifier: Apache-2.0
-- Studies that were touched: from when to when each is known.  The key of a reading is installation, study and
-- version: a study read again by another version is another reading.
SELECT s.event, s.origin, s.installation, s.study_hi, s.study_lo, s.at_hour, o.version, s.known AS since,
       CASE WHEN v.known IS NULL THEN DATE '9999-12-31' ELSE v.known END AS until
FROM study s
JOIN touched k
  ON s.installation = k.installation AND s.study_hi = k.study_hi AND s.study_lo = k.study_lo
JOIN origin o ON s.origin = o.origin
LEFT JOIN void v ON s.event = v.event
