# Looks at the other side of a connection.
look-testing = Testing, { $passed }
look-testing-of = Testing, { $passed } of { $whole }
look-listening = Listening to { $filter }, { $passed }
look-listening-of = Listening to { $filter }, { $passed } of { $whole }
look-asking = Asking the device what it has, { $passed }
look-asking-of = Asking the device what it has, { $passed } of { $whole }
look-part-done = Part that is done

look-brings = What { $filter } brings
look-filter = { $topics ->
    [one] { $filter }: { $topics } topic, { $rate } messages/s, { $size }/s.
   *[other] { $filter }: { $topics } topics, { $rate } messages/s, { $size }/s.
}
look-filter-capped = { $topics ->
    [one] { $filter }: more than { $topics } topic, { $rate } messages/s, { $size }/s.
   *[other] { $filter }: more than { $topics } topics, { $rate } messages/s, { $size }/s.
}
look-known = { $topics ->
    [one] Of them { $topics } topic and { $rate } messages/s come already.
   *[other] Of them { $topics } topics and { $rate } messages/s come already.
}
look-known-none = None of it comes already.
look-retained = { $count ->
    [one] { $count } message was kept by the broker from before.
   *[other] { $count } messages were kept by the broker from before.
}
look-capped = So much came that listening ended after { $seconds }.
look-listened = Listened to for { $seconds }: what speaks less often is not in it.
look-largest = The largest message has { $size }.
look-branch = Branch
look-topics = Topics
look-messages = Messages
look-data = Data
look-elsewhere = Other branches

look-offer = What the device has
look-offer-none = The device names no resource that can be read here.
look-offer-has = { $count ->
    [one] The device has { $count } resource. Tick what is to be read.
   *[other] The device has { $count } resources. Tick what is to be read.
}
look-offer-left = { $count ->
    [one] { $count } more link is not shown: to another device, twice, broken or too many.
   *[other] { $count } more links are not shown: to another device, twice, broken or too many.
}
look-offer-observable = observable
look-offer-interval = read at intervals

look-broken = the look ended without a result
look-broken-advice = Try again, and look into the log of the program.
look-doubt-topics = it brings at least as many topics as the connection may have ({ $topics })
look-doubt-topics-advice = Name narrower topics, or raise the limit on topics.
look-doubt-size = its largest message has { $size } kB, and the connection takes { $limit } kB
look-doubt-size-advice = Raise the limit on messages, or leave that topic out.
look-doubt-rate = it brings { $rate } messages a second, and the connection takes { $limit }
look-doubt-rate-advice = Raise the limit on messages a second, or name narrower topics.
look-doubt-data = it brings { $size } kB a second, and the connection takes { $limit } kB
look-doubt-data-advice = Raise the limit on data a second, or name narrower topics.
look-offered-format = content format { $number }
look-offered-size = about { $size } bytes
