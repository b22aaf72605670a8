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
# About Twinscope itself: $asset is a connection, or Twinscope.
notice-dropped = { $asset } · messages lost
notice-dropped-what = { $count } so far, because they came faster than they can be taken. Narrow its topic filters, or ask for QoS 1 and a persistent session.
notice-left-out = { $asset } · above its rate limit
notice-left-out-what = { $count } messages of QoS 0 left out so far. Narrow its topic filters, or raise the limit.
notice-topics = { $asset } · more topics than its limit
notice-topics-what = { $count } messages not read so far. Narrow its topic filters, or raise the limit of topics.
notice-addresses = { $asset } · more values than its limit
notice-addresses-what = { $count } messages not read so far. Narrow its topic filters, or raise the limit of addresses.
notice-not-written = { $asset } · history not written
notice-not-written-what = Messages of QoS 1 and 2 wait at the broker, those of QoS 0 in memory. Free room on the disk; the status line says what stops it.
