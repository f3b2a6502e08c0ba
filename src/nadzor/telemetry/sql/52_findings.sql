-- SPDX-License-Identifier: Apache-2.0
-- decided, positives, scored
SELECT c.day, c.known, c.origin, c.dimension, c.stratum, m.measure, c.finding, -1 AS bin,
       CASE WHEN m.measure = 'decided' THEN c.decided
            WHEN m.measure = 'positives' THEN c.positives ELSE c.scored END AS n
FROM (
    SELECT day, known, origin, 'all' AS dimension, '' AS stratum, finding,
           sum(decided) AS decided, sum(positives) AS positives, sum(scored) AS scored
    FROM finding_cell GROUP BY day, known, origin, finding
    UNION ALL
    SELECT day, known, origin, 'equipment', equipment, finding, decided, positives, 0
    FROM finding_cell
    UNION ALL
    SELECT day, known, line, 'age_band', age_band, finding, sum(decided), sum(positives), 0
    FROM person_cell GROUP BY day, known, line, age_band, finding
    UNION ALL
    SELECT day, known, line, 'sex', sex, finding, sum(decided), sum(positives), 0
    FROM person_cell GROUP BY day, known, line, sex, finding
) c
CROSS JOIN (SELECT 'decided' AS measure UNION ALL SELECT 'positives' UNION ALL SELECT 'scored') m
