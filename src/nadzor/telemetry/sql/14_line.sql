-- SPDX-License-Identifier: Apache-2.0
-- The origin that stands for its device and version, where sites are not told apart.
SELECT o.origin, l.line
FROM origin o
JOIN (SELECT device, version, min(origin) AS line FROM origin GROUP BY device, version) l
  ON o.device = l.device AND o.version = l.version
