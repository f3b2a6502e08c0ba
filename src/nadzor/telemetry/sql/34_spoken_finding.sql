-- SPDX-License-Identifier: Apache-2.0
-- What devices concluded about the studies that were touched.
SELECT event, equipment, age_band, sex, finding, score, positive
FROM finding
WHERE event IN (SELECT event FROM study_span)
