-- SPDX-License-Identifier: Apache-2.0
-- What devices concluded and somebody took back.
SELECT f.day, v.known, f.origin, f.equipment, f.age_band, f.sex, f.finding, f.score, f.positive
FROM finding f JOIN fresh_void v ON f.event = v.event
