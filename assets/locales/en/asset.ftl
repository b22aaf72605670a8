asset-signals = Signals
asset-live = live
asset-live-since = live since { $time }
asset-standby = standby
asset-standby-since = standby since { $time }
asset-picks-full = The trend shows { $count } signals at most. Take one away first.
# Age of a value that never came.
asset-never = never
asset-quality-good = quality good

asset-nothing-yet = Nothing received since the start
asset-silent = No data for { $duration } · since { $time }
# $reason: what ended the data, such as NDEATH.
asset-silent-reason = No data for { $duration } · { $reason } { $time }

asset-anomaly = Anomaly since { $time }
asset-anomaly-score = Anomaly { $score } since { $time }

asset-why = Why anomalous
asset-model = Anomaly model
asset-score-normal = score { $score }, normal below { $limit }
asset-score-alarm-since = score { $score }, alarm since { $time }
asset-score-alarm-from = alarm from { $limit }
asset-no-model = No anomaly model watches this asset. A type in the plant file can name one.
asset-model-fault = The model does not run: { $fault }
asset-learned = Learned from { $source }.
asset-no-score = No score yet. The first follows when all inputs have arrived.
asset-abstains = The model abstains.
asset-share = seen <b>{ $seen }</b> · expected { $expected }
asset-shares = Shares of the signals
asset-how = How it works
asset-evidence = Back to the evidence

asset-wrong-unknown = How often it is wrong is not known: nothing was held out
asset-wrong-hours = { $hours } hours
asset-wrong-days = { $days } days
asset-wrong = { $count ->
    [one] { $count } false alarm in { $span } held out
   *[other] { $count } false alarms in { $span } held out
}
asset-wrong-bound = { $count ->
    [one] { $count } false alarm in { $span } held out (below { $rate } a day, { $sure })
   *[other] { $count } false alarms in { $span } held out (below { $rate } a day, { $sure })
}
asset-abstains-standby = not running
asset-abstains-settling = running too short a time: it speaks in { $minutes } min
asset-abstains-model = the model could not be run
asset-abstains-input = { $name }: { $reason }
asset-abstains-some-input = an input: { $reason }
