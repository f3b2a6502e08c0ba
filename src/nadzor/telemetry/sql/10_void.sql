-- SPDX-License-Identifier: Apache-2.0
-- Events taken back by an honest correction, and the date on which that became known.
-- A correction speaks of an event of its own installation; a correction itself cannot be corrected.
SELECT e.event, min(CASE WHEN c.known > e.known THEN c.known ELSE e.known END) AS known
FROM correct c
JOIN event e
  ON c.installation = e.installation AND c.corrects_hi = e.id_hi AND c.corrects_lo = e.id_lo
WHERE e.purpose = 'clinical' AND e.kind <> 'correct'
GROUP BY e.event
