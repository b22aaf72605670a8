# Exact statistics of a trend.
# $part: how much is done.
trendstats-running = Every sample is being read: { $part } done. Estimated figures stand meanwhile.
trendstats-cancel = Cancel
trendstats-cancelled = Cancelled: figures with ~ are estimated from columns.
trendstats-again = Read every sample
trendstats-exact = Exact: from every sample.
trendstats-following = Figures with ~ are estimated from columns while the trend follows live. Extremes are exact.
trendstats-estimated = Figures with ~ are estimated from columns. Extremes are exact.
trendstats-too-long = Given up after a minute: figures with ~ are estimated from columns. Choose a shorter span.
trendstats-gone = Some signals have samples that only rollups know any more: figures with ~ are estimated.
# $value: a number.
trendstats-about = ~{ $value }
trendstats-mean-long = Mean weighted by time, as the trace is drawn; gaps and bad quality count for nothing
# $mean, $deviation: a value with its unit.
trendstats-mean-samples = Mean of the samples: { $mean }
trendstats-deviation-samples = Standard deviation of the samples: { $deviation }
trendstats-bad = Bad
trendstats-bad-long = Time in bad quality
