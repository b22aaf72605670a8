# Desktop notifications; English is the program's own, held equal by a test.
notice-high-high = { $asset } · { $signal } high-high
notice-high = { $asset } · { $signal } high
notice-low = { $asset } · { $signal } low
notice-low-low = { $asset } · { $signal } low-low
notice-anomaly = { $asset } · Anomaly
notice-score = Anomaly score { $value } above { $limit }
notice-above = { $value } above { $limit }
notice-below = { $value } below { $limit }
notice-above-unit = { $value } { $unit } above { $limit } { $unit }
notice-below-unit = { $value } { $unit } below { $limit } { $unit }
notice-open = Open
