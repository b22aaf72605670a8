common-cancel = Cancel
common-close = Close
common-done = Done
common-none = none
# In place of a name that is not known.
common-unknown-signal = unknown signal
common-assets = { $count ->
    [one] { $count } asset
   *[other] { $count } assets
}
common-signals = { $count ->
    [one] { $count } signal
   *[other] { $count } signals
}
common-connections = { $count ->
    [one] { $count } connection
   *[other] { $count } connections
}
common-more = and { $count } more
# Beside a signal that is shown in another unit than it came in. $unit: the one it came in.
common-converted = from { $unit }
common-list = { $before }, { $next }
