-- SPDX-License-Identifier: Apache-2.0
-- Studies of which it can have changed what is known: spoken of, reported after somebody spoke of them, or
-- something about them taken back.
SELECT installation, study_hi, study_lo FROM fresh_review
UNION
SELECT installation, study_hi, study_lo FROM fresh_truth
UNION
SELECT s.installation, s.study_hi, s.study_lo
FROM fresh_study s
JOIN earlier_review r
  ON s.installation = r.installation AND s.study_hi = r.study_hi AND s.study_lo = r.study_lo
UNION
SELECT s.installation, s.study_hi, s.study_lo
FROM fresh_study s
JOIN earlier_truth t
  ON s.installation = t.installation AND s.study_hi = t.study_hi AND s.study_lo = t.study_lo
UNION
SELECT s.installation, s.study_hi, s.study_lo FROM study s JOIN fresh_void v ON s.event = v.event
UNION
SELECT r.installation, r.study_hi, r.study_lo FROM review r JOIN fresh_void v ON r.event = v.event
UNION
SELECT t.installation, t.study_hi, t.study_lo FROM truth t JOIN fresh_void v ON t.event = v.event
