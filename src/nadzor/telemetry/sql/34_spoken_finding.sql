-- SPDX-License-Identifier: Apache-2.0
-- What devices concluded about the studies that were touched.
SELECT event, finding, score, positive
FROM finding
WHERE event IN (SELECT event FROM study_span)
