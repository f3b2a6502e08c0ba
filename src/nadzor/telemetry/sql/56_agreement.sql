-- SPDX-License-Identifier: Apache-2.0
-- agree, disagree
-- total: equipment
SELECT day, known, origin, dimension, stratum, measure, finding, -1 AS bin, n FROM agreement_cell
