-- SPDX-License-Identifier: Apache-2.0
-- faults, heartbeats, skew, changes, adverse_events, corrected, withheld, lost
SELECT day, known, origin, dimension, stratum, measure, '' AS finding, bin, n FROM life_fact
UNION ALL
SELECT l.day, v.known, l.origin, l.dimension, l.stratum, l.measure, '', l.bin, -l.n
FROM life_fact l JOIN fresh_void v ON l.event = v.event
