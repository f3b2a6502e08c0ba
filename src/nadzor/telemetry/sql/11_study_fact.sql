-- SPDX-License-Identifier: Apache-2.0
-- Studies as signed facts: +1 when received, -1 when taken back.
SELECT day, known, origin, outcome, stage, duration_ms, delay_s, modality, equipment, age_band, sex, 1 AS n
FROM fresh_study
UNION ALL
SELECT s.day, v.known, s.origin, s.outcome, s.stage, s.duration_ms, s.delay_s, s.modality, s.equipment,
       s.age_band, s.sex, -1 AS n
FROM study s JOIN fresh_void v ON s.event = v.event
