# What the program says of itself; the English words are those of the program, held equal by a test.
condition-plant-unusable = plant.toml was changed and cannot be used, so the plant of before runs on. { $fault }
condition-plant-unreadable = { $path } cannot be read ({ $error }), so the plant of before runs on: put the file back.
condition-clock-back = The computer's clock was set back: times run on, { $seconds } s ahead of it. Check the clock.
condition-waiting = { $waiting } samples of QoS 0 wait in memory.
condition-lost = { $lost } were lost, because memory for them is full.
condition-alarms-waiting = Alarms not stored yet: { $alarms }.
condition-history-unwritten = History is not written: { $error }. QoS 1 and 2 messages wait at the broker.
condition-discovery-full = More is heard that is not in the plant file than history can keep for acceptance: narrow the topic filters, or name what is not wanted under [discovery] ignore.
condition-maintenance = History is not compacted any more, and old history is not removed: close Twinscope and start it again.
condition-broken = Twinscope broke down and shows old values: close it and start it again.
condition-dropped = { $name }: { $count } messages were lost, because they came faster than they can be taken, and the broker keeps none of QoS 0, nor any without a session. Narrow its topic filters, or ask for QoS 1 and a persistent session.
condition-rate = { $name }: { $count } messages of QoS 0 were left out, because they came faster than its rate limit allows. Narrow its topic filters, or raise the limit.
condition-topics = { $name }: { $count } messages are kept as unreadable only, because it has more topics than its limit allows. Narrow its topic filters, or raise the limit.
condition-certificate-over = { $name }: { $what } has ended: renew it.
condition-certificate-today = { $name }: { $what } ends today: renew it.
condition-certificate-tomorrow = { $name }: { $what } ends tomorrow: renew it.
condition-certificate-days = { $name }: { $what } ends in { $days } days: renew it.
condition-discovery-budget = What no asset names takes { $taken } MB of history, more than the { $most } MB of `budget` under [discovery] in plant.toml: what is older than { $age } is removed. Accept it, ignore topics, or raise the budget.
condition-scores-skipped = { $count } anomaly scores were skipped: the models are too slow
condition-damaged = Parts of telemetry.db are damaged and were set aside in its table `quarantine`: { $count } parts.
condition-budget = History is larger than its disk budget allows, and nothing more may be removed: { $size } MB too much.
condition-budget-compacts = It ends when the samples that wait are compacted.
condition-budget-raise = Raise the budget under [retention] in plant.toml.
condition-not-compacted = History is not compacted: { $error }
condition-not-removed = Old history is not removed: { $error }

condition-plant-waits = plant.toml was changed and could not be taken up yet: { $error }
