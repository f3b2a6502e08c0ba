-- decided, positives, scored; by age and sex for device and version only, since a site's cells would be tiny
SELECT c.day, c.known, c.origin, c.dimension, c.stratum, m.measure, c.finding, -1 AS bin,
       CASE WHEN m.measure = 'decided' THEN c.decided
            WHEN m.measure = 'positives' THEN c.positives ELSE c.scored END AS n
FROM (
    SELECT day, known, origin, 'all' AS dimension, '' AS stratum, finding,
           sum(CASE WHEN positive IS NULL THEN 0 ELSE n END) AS decided,
           sum(CASE WHEN positive = 1 THEN n ELSE 0 END) AS positives,
           sum(CASE WHEN score IS NULL THEN 0 ELSE n END) AS scored
    FROM finding_fact GROUP BY day, known, origin, finding
    UNION ALL
    SELECT day, known, origin, 'equipment', equipment, finding,
           sum(CASE WHEN positive IS NULL THEN 0 ELSE n END), sum(CASE WHEN positive = 1 THEN n ELSE 0 END), 0
    FROM finding_fact GROUP BY day, known, origin, equipment, finding
    UNION ALL
    SELECT f.day, f.known, l.line, 'age_band', f.age_band, f.finding,
           sum(CASE WHEN f.positive IS NULL THEN 0 ELSE f.n END), sum(CASE WHEN f.positive = 1 THEN f.n ELSE 0 END), 0
    FROM finding_fact f JOIN line l ON f.origin = l.origin
    GROUP BY f.day, f.known, l.line, f.age_band, f.finding
    UNION ALL
    SELECT f.day, f.known, l.line, 'sex', f.sex, f.finding,
           sum(CASE WHEN f.positive IS NULL THEN 0 ELSE f.n END), sum(CASE WHEN f.positive = 1 THEN f.n ELSE 0 END), 0
    FROM finding_fact f JOIN line l ON f.origin = l.origin
    GROUP BY f.day, f.known, l.line, f.sex, f.finding
) c
CROSS JOIN (SELECT 'decided' AS measure UNION ALL SELECT 'positives' UNION ALL SELECT 'scored') m
