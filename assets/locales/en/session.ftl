# Sparkplug sessions, counted by node and device.
session-title = Sparkplug nodes and devices
session-in-order = all in order
session-troubled = { $troubled } of { $count } with findings, worst first
session-held = { $count ->
    [one] { $count } message held back until a birth comes
   *[other] { $count } messages held back until a birth comes
}
session-name = Node or device
session-state = State
session-last-birth = Last birth
session-metrics = Metrics
session-findings = Findings
session-actions = Actions
session-details = Details of { $name }
session-none-heard = none heard
session-rebirth = Rebirth
session-rebirth-named = Ask { $name } for a rebirth
session-show-first = Show the first { $count }
session-show-all = Show { $count }
session-worst-of = The { $shown } worst of { $count }.
session-hosts = Host applications:
session-host-online = { $name } online for { $duration }
session-host-offline = { $name } offline for { $duration }
session-hosts-more = and { $count } more
session-counted-since = Counted since this connection was started.

session-state-online = Online
session-state-offline = Offline
session-state-unknown = Heard, birth missing
session-state-kept-birth = Birth kept from before the restart

session-births = Births
session-deaths = Deaths
# $time: of the last one.
session-counted-last = { $count }, last at { $time }
session-gaps = Gaps
session-alias-failures = Alias failures
session-storms = Storms
session-storms-value = { $births ->
    [one] { $storms }; { $births } birth in the hour before the last
   *[other] { $storms }; { $births } births in the hour before the last
}
session-rebirths = Rebirths
session-rebirths-value = { $asked } asked, { $answered } answered
session-rebirths-after = { $asked } asked, { $answered } answered, the last after { $duration }
session-order = Out of order
session-order-value = { $later } later than the next, { $repeated } repeated
session-waiting = Waiting for a birth
session-waiting-value = { $held } held now, { $given } read without
session-bdseq = bdSeq
session-bdseq-none = { $count ->
    [one] none, { $count } jump
   *[other] none, { $count } jumps
}
session-bdseq-value = { $count ->
    [one] { $value }, { $count } jump
   *[other] { $value }, { $count } jumps
}
session-commands = Commands of others
session-clock = Clock
session-clock-unknown = not known
session-clock-ahead = { $amount } ahead
session-clock-behind = { $amount } behind, the way here included
session-without-alias = Without an alias
session-without-alias-value = { $count ->
    [one] { $count } metric
   *[other] { $count } metrics
}
session-messages = Messages
session-messages-value = { $count }, the largest { $size }
session-devices = Devices

# What the session doctor found; the program writes these sentences.
session-found-node = node offline
session-found-node-message = its edge node is dead
session-found-node-advice = See { $node }.
session-found-ask = Ask for a rebirth, or restart it.
session-found-allow = Allow rebirth requests in the connection's settings and ask for one, or restart it.
session-found-offline = offline
session-found-offline-message = its death certificate came, and no birth since: its values are BAD
session-found-offline-advice = Look at its power, its network and its link to the broker.
session-found-nameless = birth missing
session-found-nameless-message = data comes, and its birth was never heard: named values are UNCERTAIN, those under an alias alone have no name
session-found-kept = old birth
session-found-kept-message = its values are read with a birth from before, and are UNCERTAIN until the next one
session-found-values = { $count ->
    [one] { $count } value
   *[other] { $count } values
}
session-found-alias = { $alias } of { $source } ({ $count }×)
session-found-kept-whole = { $count ->
    [one] { $count } message is kept whole with those that could not be read
   *[other] { $count } messages are kept whole with those that could not be read
}
session-found-unnamed = { $values } could not be named: no name and no alias; { $kept }
session-found-aliases = { $values } could not be named: aliases that no birth had: { $aliases }; { $kept }
session-found-failures = { $count ->
    [one] { $count } alias failure
   *[other] { $count } alias failures
}
session-found-failures-advice = Ask for a rebirth. If it goes on, its births leave out metrics, or two programs publish under its name.
session-found-times = { $count ->
    [one] { $count } time
   *[other] { $count } times
}
session-found-births = { $count ->
    [one] { $count } birth
   *[other] { $count } births
}
session-found-storms-message = 3 births within a minute, { $times }; { $births } in the hour before the last
session-found-storms-asked = 3 births within a minute, { $times }; { $births } in the hour before the last; rebirths asked: { $asked } from here, { $others } by others
session-found-storms-host = Another host application asks it again and again: look there, and why its births do not satisfy it.
session-found-storms-link = Its link to the broker may come and go, or two programs may use its client id: look into its log.
session-found-storms = { $count ->
    [one] { $count } rebirth storm
   *[other] { $count } rebirth storms
}
session-found-gaps = { $count ->
    [one] { $count } gap
   *[other] { $count } gaps
}
session-found-gaps-message = { $count ->
    [one] { $count } gap in its sequence numbers: messages were lost on the way
   *[other] { $count } gaps in its sequence numbers: messages were lost on the way
}
session-found-gaps-advice = Check that the filters cover all of its topics, and the broker's queue limits and dropped messages.
session-found-given-up = { $count ->
    [one] { $count } unexplained message
   *[other] { $count } unexplained messages
}
session-found-given-up-message = { $count ->
    [one] { $count } message waited for a birth in vain and was read without it
   *[other] { $count } messages waited for a birth in vain and were read without it
}
session-found-given-up-advice = Ask for a rebirth, and check that its NBIRTH and DBIRTH reach this connection.
session-found-order = out of order
session-found-order-message = { $count ->
    [one] { $count } message came after a later one; it was put in order
   *[other] { $count } messages came after a later one; they were put in order
}
session-found-order-advice = Nothing, if it stays rare; else let its messages take one way only: bridges and shared filters mix them.
session-found-jumps = { $count ->
    [one] { $count } bdSeq jump
   *[other] { $count } bdSeq jumps
}
session-found-jumps-message = the number that ties its death to its birth skipped some: births were missed, or two programs publish under its name
session-found-jumps-advice = Make sure that only one program has its group and node id.
session-found-deaf = rebirth unanswered
session-found-deaf-message = { $unanswered } of { $asked } rebirth requests brought no birth
session-found-deaf-advice = Check that it may subscribe to its NCMD topic and that this connection may publish there.
session-found-retyped = { $metric } of { $source } from { $from } to { $to }
session-found-types = types change
session-found-types-message = metrics changed their data type: { $metrics }
session-found-types-advice = Give each metric one data type in its configuration.
session-found-type = type { $number }
session-found-ahead = clock ahead
session-found-ahead-message = its clock is { $seconds } s ahead of this machine's
session-found-behind = clock behind
session-found-behind-message = its last message was { $seconds } s old when it came: by its clock, or by delay
session-found-clock-advice = Let it and this machine keep their time by NTP.
