# The time bar, and the plant as it was.
past-bar = Time bar
past-word = PAST
past-at = Date and time in the plant's zone
past-strip = Instant shown. Arrow keys step by a minute, with Shift by an hour; Page Up and Page Down go to alarms; End returns to live.
past-steps = Steps
past-earlier = A minute earlier (Shift: an hour)
past-later = A minute later (Shift: an hour)
past-alarm-before = Previous alarm
past-alarm-after = Next alarm
past-span = Span of the time bar
past-play = Play
past-pause = Pause
past-pace = Speed
past-live = Live
past-alarms = { $count ->
    [one] { $count } alarm
   *[other] { $count } alarms
}

# $time: with its day.
past-reading = Reading { $time }…
past-nothing = Nothing was recorded before this instant.
past-future = This instant is still to come.
past-no-earlier = No alarm was raised before.
past-no-later = No alarm was raised after it.
past-no-ack = This is the past. Return to live (L) to acknowledge.
past-no-edit = This is the past. Return to live (L) to change anything.
past-present-screen = This screen shows the present. Return to live (L) to change anything here.
past-no-shares = What each signal contributed is not kept: only the score is.
past-no-score = No score at this instant.

# Alarms that came while the past was shown. $time: when the present was left.
past-news = { $count ->
    [one] { $count } new alarm since { $time }
   *[other] { $count } new alarms since { $time }
}
past-news-show = Return to live and show the alarms

# The trend. $time: the instant that is shown.
past-trend-ends = Ends at { $time }
past-trend-to = To { $time }
past-left = This is the plant of now. When the window was closed, it showed { $time }.
