-- SPDX-License-Identifier: Apache-2.0
-- What devices concluded, as signed facts: +1 when received, -1 when taken back.
SELECT day, known, origin, equipment, age_band, sex, finding, score, positive, 1 AS n FROM fresh_finding
UNION ALL
SELECT day, known, origin, equipment, age_band, sex, finding, score, positive, -1 AS n FROM finding_taken
