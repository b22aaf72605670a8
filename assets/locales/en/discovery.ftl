discovery-title = Discovery
discovery-heard = { $count ->
    [one] { $count } value is heard that no asset of the plant has · { $samples } samples of them
   *[other] { $count } values are heard that no asset of the plant has · { $samples } samples of them
}
discovery-left-alone = Left alone: { $count }
discovery-may-be-old = What is shown may be old.
discovery-left-out = { $count ->
    [one] { $count } thing was left out because a bound was reached
   *[other] { $count } things were left out because a bound was reached
}
discovery-looking = Looking through what was heard…
discovery-reading = Reading its signals…
discovery-heard-link = { $count ->
    [one] { $count } value is heard that is not in the plant: look
   *[other] { $count } values are heard that are not in the plant: look
}

# Why nothing is proposed.
discovery-no-broker = No broker is connected yet
discovery-no-broker-why = Connect to the broker that your plant has. What is heard there is proposed here as assets, signals, units and types.
discovery-add = Add a connection
discovery-none-up = No connection is up
discovery-none-up-why = Nothing can be heard until one is. Its card says why it is not, and the test which step fails.
discovery-to-connections = Look at the connections
discovery-silent = Connected, and nothing was heard yet
discovery-silent-why = { $count ->
    [one] { $count } connection is up, but no message came. If that does not change, look whether the topic filters are those that the plant publishes under.
   *[other] { $count } connections are up, but no message came. If that does not change, look whether the topic filters are those that the plant publishes under.
}
discovery-to-filters = Look at the topic filters
discovery-complete = Everything that is heard is in the plant
discovery-complete-why = New devices appear here by themselves. To hear more, subscribe to more topics.
discovery-to-overview = Go to the overview

discovery-found = Found
discovery-filter = Name, id or topic
discovery-filter-label = Show what has this in a name, an id or a topic
discovery-connection = Connection
discovery-connections-all = All connections
discovery-count-found = { $count ->
    [one] { $count } asset found
   *[other] { $count } assets found
}
discovery-count-fit = { $count ->
    [one] { $count } asset fit
   *[other] { $count } assets fit
}
discovery-show-waiting = { $count } more: show
discovery-nothing-has = Nothing that was found has “{ $text }” in a name, an id or a topic.
discovery-nothing-left = Everything that this connection hears is in the plant.
discovery-listed = { $shown } of { $count } are listed.
discovery-list-more = { $count } more
discovery-tick-none = Tick none
discovery-accept-counted = Accept { $what }
discovery-tick-several = Tick several to accept them at once.
discovery-tree = Found assets
discovery-tree-more = more signals of an asset of the plant
discovery-more-of-it = more of it
discovery-edited = edited
discovery-assets-signals = { $assets }, { $signals }

discovery-as-proposed = As proposed
discovery-not-this = Not this
discovery-accept-signals = { $count ->
    [one] Accept { $count } signal
   *[other] Accept { $count } signals
}
discovery-joins = The plant file has this asset: the signals join <b>{ $name }</b> (<code>{ $id }</code>), { $place }, { $type }.
discovery-joins-id = The plant file has <code>{ $id }</code>: the signals join <b>{ $name }</b>, which keeps its name, place and type.
discovery-name = Name
discovery-id = Id
discovery-id-hint = The id of an asset that the plant has joins the signals to it
discovery-place = Place
discovery-type = Type
discovery-more-reasons = { $count ->
    [one] { $count } more reason
   *[other] { $count } more reasons
}
discovery-signals-of = Signals of { $name }
discovery-accept-all = Accept all signals
discovery-signal = Signal
discovery-signals-waiting = { $count ->
    [one] { $count } more was found: show
   *[other] { $count } more were found: show
}
discovery-unit = Unit
discovery-kind = Kind and values
discovery-last-value = Last value
discovery-count = Count
discovery-why = Why
discovery-more-ticked = { $count } more are accepted with these while they are ticked.
discovery-show-more = Show { $count } more
discovery-more-hidden-left = { $count } more are not shown. They are not accepted while signals are changed here.
discovery-more-hidden-taken = { $count } more are not shown. They are accepted with the rest.
discovery-accept-one = Accept { $name }
discovery-name-of = Name of { $name }
discovery-id-of = Id of { $name }
discovery-unit-of = Unit of { $name }
discovery-no-unit = none
discovery-no-value = no value yet
discovery-id-shared = Another signal has this id.
discovery-id-needed = Give it an id.
discovery-id-form = Begin with a-z or 0-9, and use only a-z, 0-9, - and _.
discovery-choice-new = { $name } (new)
discovery-choose-place-list = Choose the place from the list
discovery-choose-type-list = Choose the type from the list
discovery-choose-another = Another, new…

# On what a proposal is founded, and how sure it is.
discovery-why-unknown = Nothing is known about why.
discovery-why-of = Why { $name }: { $grounds }
discovery-why-word = why
discovery-ground-said = Said
discovery-ground-seen = Seen
discovery-ground-guessed = Guessed
discovery-grounds-said = said
discovery-grounds-seen = seen
discovery-grounds-guessed = guessed
discovery-sure = Sure
discovery-sure-why = its source says what it is
discovery-likely = Likely
discovery-likely-why = the convention says which values belong together
discovery-guess = Guess
discovery-guess-why = read into the shape of topics: look closely
discovery-no-convention = No convention
discovery-kind-unknown = not known yet
discovery-kind-number = number
discovery-kind-whole-number = whole number
discovery-kind-on-off = on/off
discovery-kind-text = text
discovery-value-on = on
discovery-value-off = off
# $low, $high, $only: numbers with their unit; $states: states with commas between.
discovery-values-range = range { $low } to { $high }
discovery-values-range-only = range only { $only }
discovery-values-seen = seen { $low } to { $high }
discovery-values-seen-only = seen only { $only }
discovery-values-states = seen { $states }
discovery-values-states-more = seen { $states } and others

discovery-accept-title = Accept { $what }?
discovery-accept-reading = Reading the plant file…
discovery-accept-faults = It cannot be accepted like this. Nothing was written.
discovery-accept-more-faults = And { $count } more.
discovery-accept-lines = { $count ->
    [one] { $count } line goes into <b>{ $path }</b>. Comments and order stay.
   *[other] { $count } lines go into <b>{ $path }</b>. Comments and order stay.
}
discovery-accept-replaced = { $count ->
    [one] { $count } line is replaced.
   *[other] { $count } lines are replaced.
}
discovery-accept-keeps = What was heard in the last { $duration } joins the history.
discovery-accept-region = Lines of the plant file
discovery-accept-more-lines = { $count ->
    [one] { $count } more line
   *[other] { $count } more lines
}
discovery-accept-line-added = added:
discovery-accept-line-removed = removed:
discovery-accept-writing = Writing plant.toml. This cannot be stopped any more.
discovery-accept-back = Go back and correct
discovery-accept-again = Look again
discovery-accept-write = Write to plant.toml

discovery-ignored-title = Topics left alone
discovery-ignored-why = Nothing under these topic filters and addresses is proposed. They stand in the plant file under <code>[discovery] ignore</code>.
discovery-ignored-none = None.
discovery-propose-again = Propose again
discovery-propose-again-named = Propose { $filter } again

# What the last action did.
discovery-told-written = { $count ->
    [one] { $what } was written to plant.toml.
   *[other] { $what } were written to plant.toml.
}
discovery-told-open = Open { $name }
discovery-told-waiting = { $name }: the plant takes it up…
discovery-told-ignored = <b>{ $name }</b> is left alone from now on.
discovery-told-undo = Undo
discovery-told-again = <code>{ $filter }</code> is proposed again when it is heard the next time.

discovery-connection-gone = The connection “{ $name }” is not in the plant any more: what all others hear is shown.
discovery-no-room = { $name }: { $lost } values or descriptions found no room among { $count } addresses that nobody has accepted. Accept what is wanted, leave the rest alone, or subscribe to less.
discovery-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
discovery-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
