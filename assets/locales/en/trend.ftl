trend-title = Trend
# On the chart.
trend-now = now
trend-normal = normal
trend-score = anomaly score
trend-alarms = alarms
trend-no-alarms = no alarms in view
trend-alarms-asking = history is asked for alarms…
trend-alarms-unknown = alarms are not known: history did not answer
# $more: how many, as it is written.
trend-alarms-some = alarms · the newest alone, { $more } more are not shown: zoom in
trend-alarms-earlier = { $more } earlier alarms are not shown: zoom in
trend-bad = bad quality
trend-uncertain = uncertain
trend-on = on
trend-off = off
trend-no-data = no data
trend-chart = Trend chart. Arrow keys pan, with Shift they move the cursor. Plus and minus zoom, M sets a mark, N writes an annotation, Enter opens the alarm at the cursor, Backspace goes back, Home goes to live.
# $mark: A or B.
trend-mark = Mark { $mark }

trend-following = Following live
# $from, $to: times.
trend-paused = Paused at { $from } – { $to }
trend-live = Back to live
trend-help = drag: zoom · Shift-drag: pan · Ctrl-drag: mark · wheel: zoom
trend-back = Previous range
trend-spans = Span that follows live
trend-from = from
trend-to = to
trend-show = Show
# $example: a date and time as it can be written.
trend-range-unread = This is no date and time. Write it like { $example }.
trend-range-order = The range ends before it begins.

trend-choose = Find signals in the field above, or begin with those of an asset:
trend-choose-here = Choose a signal with “signal” above or in the list.
trend-signal = signal
trend-add = Add signals…
trend-signals = Signals
trend-found-none = No signal has this name.
trend-count = { $count } of { $max } signals
trend-full = The trend shows { $max } signals at most. Take one away first.
# $name: of a signal.
trend-remove = Remove { $name } from the trend
trend-focus = Show limits and axis of { $name }
trend-enlarge = Open on the trend screen

trend-marks = Mark
trend-marks-help = Sets mark A where the cursor is, then mark B (M)
trend-marks-clear = Remove the marks

trend-compare = Compare with
trend-compare-nothing = nothing
trend-compare-same = The same signals
# $span: a length of time.
trend-earlier = { $span } earlier
trend-compare-begin = from another begin…
trend-compare-sisters = Another asset of the type
trend-compare-gone = { $id } (not in this plant)
trend-compare-from = begins at
trend-compare-unread = Write an earlier date and time.

trend-table = Signals with their values and statistics
trend-table-signal = Signal
trend-table-now = Value
trend-table-unit = Unit
trend-table-remove = Remove
trend-min = Min
trend-mean = Mean
trend-max = Max
trend-deviation = Std dev
trend-deviation-long = Standard deviation, weighted by time
trend-amount = Amount
trend-amount-long = Integral over time, where the unit says of what
trend-good = Good
trend-samples = Samples
trend-at-least = ≥ { $count }
# $span: a length of time.
trend-stats-view = Statistics of what is shown: { $span }
trend-stats-marked = Statistics between A and B: { $span }

trend-copy = Copy as picture
# In the picture: $name is what the signals are compared with, or the signal whose limits are shown.
trend-picture-behind = paler: { $name }
trend-picture-limits = Limits and normal band of { $name }
trend-copied = The picture is on the clipboard.
trend-copy-failed = The system did not take the picture onto the clipboard. Save it as a file instead.
trend-picture = Save as picture
# $path: of the file.
trend-picture-saved = Picture saved to { $path }
trend-picture-packing = Making the picture …
trend-picture-writing = Writing the picture's file …
trend-picture-cancelled = Saving the picture was cancelled. No file was left.
trend-picture-failed = The picture could not be made. Make the window smaller, then try again.
trend-export = Export history…
trend-stats-broken = the statistics ended without a result: look into the log of the program
trend-unanswered = History does not answer. The trend shows what it had.
