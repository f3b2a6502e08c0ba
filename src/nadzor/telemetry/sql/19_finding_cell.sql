-- SPDX-License-Identifier: Apache-2.0
-- Decisions of an origin by equipment: counted once, added up for every split.
SELECT day, known, origin, equipment, finding,
       sum(CASE WHEN positive IS NULL THEN 0 ELSE n END) AS decided,
       sum(CASE WHEN positive = 1 THEN n ELSE 0 END) AS positives,
       sum(CASE WHEN score IS NULL THEN 0 ELSE n END) AS scored
FROM finding_fact
GROUP BY day, known, origin, equipment, finding
