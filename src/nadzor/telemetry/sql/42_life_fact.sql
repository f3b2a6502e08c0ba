-- SPDX-License-Identifier: Apache-2.0
-- What happened to an installation, every split of it, with the event that said so.
SELECT f.event, f.day, f.known, f.origin, d.dimension,
       CASE WHEN d.dimension = 'stage' THEN f.stage WHEN d.dimension = 'severity' THEN f.severity ELSE '' END AS stratum,
       'faults' AS measure, -1 AS bin, 1 AS n
FROM fault f CROSS JOIN (SELECT 'all' AS dimension UNION ALL SELECT 'stage' UNION ALL SELECT 'severity') d
UNION ALL
SELECT event, day, known, origin, 'all', '', 'heartbeats', -1, 1 FROM heartbeat
UNION ALL
SELECT event, day, known, origin, 'all', '', 'skew',
       CASE WHEN clock_offset_ms < -300000 THEN 0 WHEN clock_offset_ms < -60000 THEN 1
            WHEN clock_offset_ms < -5000 THEN 2 WHEN clock_offset_ms < -1000 THEN 3
            WHEN clock_offset_ms < 1001 THEN 4 WHEN clock_offset_ms < 5001 THEN 5
            WHEN clock_offset_ms < 60001 THEN 6 WHEN clock_offset_ms < 300001 THEN 7 ELSE 8 END, 1
FROM heartbeat WHERE clock_offset_ms IS NOT NULL
UNION ALL
SELECT event, day, known, origin, 'all', '', 'changes', -1, 1 FROM change
UNION ALL
SELECT a.event, a.day, a.known, a.origin, d.dimension,
       CASE WHEN d.dimension = 'event_type' THEN a.event_type WHEN d.dimension = 'problem' THEN a.problem
            ELSE '' END, 'adverse_events', -1, 1
FROM adverse_event a
CROSS JOIN (SELECT 'all' AS dimension UNION ALL SELECT 'event_type' UNION ALL SELECT 'problem') d
UNION ALL
SELECT c.event, c.day, c.known, c.origin, d.dimension,
       CASE WHEN d.dimension = 'reason' THEN c.reason ELSE '' END, 'corrected', -1, 1
FROM correct c CROSS JOIN (SELECT 'all' AS dimension UNION ALL SELECT 'reason') d
UNION ALL
SELECT a.event, a.known, a.known, a.origin, d.dimension,
       CASE WHEN d.dimension = 'code' THEN a.code ELSE '' END, a.kind, -1, a.missing
FROM absence a CROSS JOIN (SELECT 'all' AS dimension UNION ALL SELECT 'code') d
