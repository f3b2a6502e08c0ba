-- SPDX-License-Identifier: Apache-2.0
-- Agreement and its opposite by equipment: counted once, added up for the whole.
SELECT study_day AS day, known, origin, equipment,
       CASE WHEN present = positive THEN 'agree' ELSE 'disagree' END AS measure, finding, sum(n) AS n
FROM agreement_fact
WHERE positive IS NOT NULL
GROUP BY study_day, known, origin, equipment, CASE WHEN present = positive THEN 'agree' ELSE 'disagree' END, finding
