-- SPDX-License-Identifier: Apache-2.0
-- Which registered scale bins the scores of an origin's finding; its places in score_bin begin at `start`.
SELECT o.origin, l.line, s.finding, s.start
FROM origin o
JOIN line l ON o.origin = l.origin
JOIN score_scale s ON o.device = s.device
