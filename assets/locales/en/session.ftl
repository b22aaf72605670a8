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
