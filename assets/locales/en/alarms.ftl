alarms-title = Alarms
alarms-counts = { $standing } standing · { $unacknowledged } unacknowledged
alarms-standing = Standing
alarms-history = History
alarms-older = Older alarms
alarms-none-standing = No alarm stands. Alarms of the past are under History.
alarms-none-recorded = No alarm has been recorded yet.
alarms-none-shown = { $count ->
    [one] The filter hides the one alarm there is.
   *[other] The filter hides all { $count } alarms.
}
# $shown of $count alarms are shown.
alarms-shown = { $shown } of { $count } shown
# History was read back to $since, and goes further back.
alarms-shown-since = { $shown } of { $count } since { $since }
alarms-read = { $count } alarms read, those that changed since { $since }.
alarms-searching = Searching history: { $count } alarms read, back to { $since }
alarms-search-on = Search further back
alarms-not-found = That alarm is not in the history.
# What the list shows.
alarms-filter = Which alarms are shown
alarms-filter-text = Filter by words
alarms-filter-where = Place or asset
alarms-filter-everywhere = Whole plant
alarms-filter-places = Places
alarms-filter-assets = Assets with alarms
alarms-filter-priority = Priority { $priority }: { $count }
alarms-filter-clear = Show all
# $column: name of a column.
alarms-sort = Sort by: { $column }
alarms-open-it = Show it in the alarm list
alarms-of-asset = Alarms of this asset
alarms-none-of-asset = No alarm on record.
alarms-asked-for = History is asked for alarms…
# $more: how many there are, as it is written.
alarms-earlier-of-asset = Earlier alarms ({ $more })

alarms-priority = Priority
alarms-raised = Raised
alarms-asset = Asset
alarms-what = What
alarms-state = State
alarms-duration = Duration
alarms-acknowledged-by = Acknowledged
alarms-action = Action
alarms-someone = unknown

# States of IEC 62682, for one alarm.
alarms-state-unack-active = Unacknowledged
alarms-state-acked-active = Acknowledged
alarms-state-unack-returned = Returned, unacknowledged
alarms-state-normal = Returned
alarms-state-normal-after = Returned after { $duration }

# Behind a value: the limit that it broke. The first word may stand alone at the end of a line.
alarms-rule-high-high = above high-high { $limit }
alarms-rule-high = above high { $limit }
alarms-rule-low = below low { $limit }
alarms-rule-low-low = below low-low { $limit }
alarms-rule-anomaly = above { $limit }
# What the alarm is about, where no signal has a name.
alarms-about-score = Anomaly score
alarms-about-unknown = Unknown signal
# The name of the mark of an alarm.
alarms-mark-acknowledged = Priority { $priority }, acknowledged
alarms-mark-unacknowledged = Priority { $priority }, unacknowledged

alarms-ack = Acknowledge
alarms-ack-short = Ack
# $action: the words on the button. $alarm: asset, value and limit.
alarms-ack-named = { $action }: { $alarm }
alarms-ack-comment = Acknowledge with a comment
alarms-ack-comment-named = Acknowledge with a comment: { $alarm }
alarms-comment = Comment

# Behind the state of an alarm: what was written with the acknowledgement.
alarms-comment-quoted = { $state } · “{ $comment }”
