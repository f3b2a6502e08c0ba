-- SPDX-License-Identifier: Apache-2.0
-- Studies of an origin by equipment, modality and outcome: counted once, added up for every split.
SELECT day, known, origin, equipment, modality, outcome, stage, sum(n) AS n
FROM study_fact
GROUP BY day, known, origin, equipment, modality, outcome, stage
