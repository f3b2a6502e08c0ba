-- SPDX-License-Identifier: Apache-2.0
-- Scores by equipment, each in its registered bin: counted once, added up for every split.
SELECT f.day, f.known, c.line, c.scale, f.equipment, b.bin, sum(f.n) AS n
FROM finding_fact f
JOIN scale c ON f.origin = c.origin AND f.finding = c.finding
JOIN score_bin b ON b.place = c.start + f.score
GROUP BY f.day, f.known, c.line, c.scale, f.equipment, b.bin
