-- SPDX-License-Identifier: Apache-2.0
-- A number for device and version, where sites are not told apart; below zero, so that it is no origin's number.
SELECT o.origin, l.line
FROM origin o
JOIN (SELECT device, version, -1 - min(origin) AS line FROM origin GROUP BY device, version) l
  ON o.device = l.device AND o.version = l.version
