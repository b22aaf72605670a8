# Diagnostics (L4): what comes on each topic, messages as they came, sessions, what was dropped, and the program itself.
diagnostics-title = Diagnostics
diagnostics-sections = Parts of diagnostics
diagnostics-rates = Rates
diagnostics-messages = Messages
diagnostics-sessions = Sessions
diagnostics-dropped = Dropped
diagnostics-program = Program
diagnostics-asking = Looking…
diagnostics-may-be-old = What is shown may be out of date.
diagnostics-pause = Pause
diagnostics-go-on = Go on
diagnostics-no-connection = Nothing is connected, so nothing comes.
diagnostics-to-connections = To the connections
diagnostics-gone-connection = a connection that is no more
diagnostics-own-program = Twinscope

# Rates. $rate: with its unit.
diagnostics-rate = { $rate }/s
diagnostics-per-s = Messages/s
diagnostics-bytes-per-s = Bytes/s
diagnostics-all-messages = messages a second
diagnostics-all-bytes = a second
diagnostics-all-topics = { $count ->
    [one] topic
   *[other] topics
}
diagnostics-all-silent = silent for a minute or longer
diagnostics-filter = Filter topics
diagnostics-connection = Connection
diagnostics-all-connections = All connections
diagnostics-order = Sort by
diagnostics-order-messages = Messages
diagnostics-order-bytes = Bytes
diagnostics-order-silence = Longest silence
diagnostics-topic = Topic
diagnostics-share = Share
diagnostics-so-far = So far
diagnostics-last = Last message
diagnostics-ago = { $duration } ago
diagnostics-floods = <b>{ $topic }</b> brings { $share } of all messages. If nobody needs it, narrow the topic filter of { $connection }, or ask its sender to send less often.
diagnostics-rates-hint = Counted over the last 5 to 10 seconds. A topic shows its messages.
diagnostics-fitting = { $count ->
    [one] { $count } topic
   *[other] { $count } topics
}
diagnostics-fitting-of = { $shown } of { $count } topics
diagnostics-show-more = Show more
diagnostics-show-new = { $count ->
    [one] Show { $count } new topic
   *[other] Show { $count } new topics
}
diagnostics-no-topics = Nothing has come yet. A topic is listed here with its first message.
diagnostics-no-topic-has = No topic holds “{ $text }”.
diagnostics-beyond = { $count ->
    [one] { $count } message came on topics beyond the first { $most } of a connection, or of fewer where names are long. It counts in the totals alone.
   *[other] { $count } messages came on topics beyond the first { $most } of a connection, or of fewer where names are long. They count in the totals alone.
}

# One topic looked at closely.
diagnostics-tap-none = No topic is looked at
diagnostics-tap-none-why = Choose one under Rates, or write one here. Its messages are shown as they came, with what became of them.
diagnostics-tap-start = Look
diagnostics-tap-again = Look again
diagnostics-tap-other = Another topic
diagnostics-tap-wildcard = One topic, without + and #.
diagnostics-tap-ended = Looking has ended, because nobody looked for 10 minutes or the connection was made anew.
diagnostics-tap-waiting = Nothing has come for { $duration }. The next message is shown here.
diagnostics-tap-seen = { $count ->
    [one] { $count } message since { $time }
   *[other] { $count } messages since { $time }
}
diagnostics-tap-passed = { $count ->
    [one] { $count } of them not kept: more than 20 came in a second
   *[other] { $count } of them not kept: more than 20 came in a second
}
diagnostics-follow = Follow the newest
diagnostics-message-gone = This message is no longer kept; it is shown as it was.
diagnostics-message-lost = This message is no longer kept. Pause to keep all that are listed.
diagnostics-qos = QoS { $qos }
diagnostics-retained = retained
diagnostics-repeated = delivered again
diagnostics-values = { $count ->
    [one] { $count } value
   *[other] { $count } values
}
diagnostics-outcome-read = Read as { $convention }
diagnostics-outcome-held = Held: it waits for the birth that explains it
diagnostics-outcome-rejected = Could not be read
diagnostics-outcome-nothing = Read; no values in it
diagnostics-decoded = Decoded
diagnostics-payload = Payload
diagnostics-properties = Properties
diagnostics-content-type = Content type
diagnostics-properties-left-out = { $count ->
    [one] { $count } more was left out
   *[other] { $count } more were left out
}
diagnostics-path = Path
diagnostics-value = Value
diagnostics-quality = Quality
diagnostics-time = Time
diagnostics-time-own = The source’s own time
diagnostics-time-arrival = Time of arrival: the source gave none, or none that can be believed
diagnostics-feeds = Feeds
diagnostics-feeds-nothing = no signal
diagnostics-feeds-ignored = ignored by the plant file
diagnostics-historical = for history only
diagnostics-transient = not to be stored
diagnostics-more-fields = { $count ->
    [one] { $count } more value is not listed.
   *[other] { $count } more values are not listed.
}
diagnostics-left-out-values = { $count ->
    [one] { $count } value was left out. The message is kept whole.
   *[other] { $count } values were left out. The message is kept whole.
}
diagnostics-event-node-birth = Birth of node { $source }
diagnostics-event-node-death = Death of node { $source }
diagnostics-event-device-birth = Birth of device { $source }
diagnostics-event-device-death = Death of device { $source }
diagnostics-event-gap = Messages of { $source } are missing
diagnostics-event-rebirth-wanted = A birth of { $source } is wanted
diagnostics-event-online = { $source } is there
diagnostics-event-offline = { $source } is gone
diagnostics-event-sleeping = { $source } sleeps
diagnostics-event-described = { $source } describes itself

# A payload.
diagnostics-as-json = Tree
diagnostics-as-text = Text
diagnostics-as-bytes = Bytes
diagnostics-empty-payload = The payload is empty.
diagnostics-payload-cut = The first { $shown } of { $size }.
diagnostics-json-cut = The tree is longer or deeper than is shown.
diagnostics-show-all = Show all
diagnostics-fold = Fold { $name }
diagnostics-unfold = Unfold { $name }
diagnostics-members = { $count ->
    [one] { $count } member
   *[other] { $count } members
}

# Sessions.
diagnostics-doctor = Connection doctor
diagnostics-doctor-why = Goes through name, network, encryption, sign-in and topic filters, and says which step fails
diagnostics-no-sparkplug = No Sparkplug node was heard on it: there are no sessions to look at.

# What was dropped, refused or left out.
diagnostics-nothing-dropped = Nothing was dropped
diagnostics-nothing-dropped-why = Since { $time } every message was read and every sample of it stored.
diagnostics-what = What happened
diagnostics-where = Where
diagnostics-since-start = Since start
diagnostics-ever = In all history
diagnostics-todo = What to do
diagnostics-show-evidence = Show messages: { $what }
diagnostics-evidence-none = History keeps none of these messages any more.
diagnostics-evidence-kept = { $count ->
    [one] The one message is kept as evidence.
   *[other] All { $count } are kept as evidence.
}
diagnostics-evidence-part = { $kept } of { $total } are kept as evidence. The older ones made room: all unreadable messages together may take 256 MB, and the kind that takes most gives way first.
diagnostics-evidence-older = Older ones
diagnostics-drop-queue = Messages lost: they came faster than they can be taken
diagnostics-drop-rate = Messages above the rate limit
diagnostics-drop-not-stored = Samples shown and not stored
diagnostics-drop-reject = Messages that could not be read, or not whole
diagnostics-drop-scores = Anomaly scores skipped: the models are too slow
diagnostics-drop-names = Values that history had no room to keep for acceptance
diagnostics-drop-frames = Pictures of the plant lost on the way to the window
diagnostics-drop-notices = Desktop notifications left out: too many at once
diagnostics-drop-skipped = Values left out: their messages are kept whole
diagnostics-drop-properties = Properties beyond 32, or 8 kB, of a message
diagnostics-todo-queue = Narrow the topic filters, or ask for QoS 1 and a persistent session. Rates says what floods.
diagnostics-todo-rate = Narrow the topic filters, or raise the limit of the connection.
diagnostics-todo-not-stored = See to it that history can be written: the status line says what keeps it.
diagnostics-todo-scores = Watch fewer assets with models, or give the machine more cores.
diagnostics-todo-names = Narrow the topic filters, accept what is wanted, or name what is not under [discovery] ignore.
diagnostics-todo-frames = Nothing: the window asked for everything again. If it goes on, close other programs.
diagnostics-todo-notices = Nothing: the alarm list has every alarm.
diagnostics-todo-skipped = Nothing is lost: look at the messages that could not be read, which say why.
diagnostics-todo-properties = Nothing: their values were taken. Their sender adds very many.
diagnostics-help-size = Let the sender send less at once, or raise the largest payload of the connection.
diagnostics-help-text = Say under [[connection.payload]] how these bytes are to be read, or leave the topic out.
diagnostics-help-json = Let the sender send valid and flatter JSON, or leave the topic out.
diagnostics-help-birth = Ask the node for a rebirth under Sessions, or allow rebirth requests on the connection.
diagnostics-help-sparkplug = Look at the sender: what it sends in the Sparkplug namespace is no Sparkplug B.
diagnostics-help-room = Narrow the topic filters, or raise the limit of topics of the connection.
diagnostics-help-addresses = Narrow the topic filters, or raise the limit of addresses of the connection.
diagnostics-help-long = Let the sender use shorter topics and names, or leave the topic out: an address has at most 1,024 bytes.
diagnostics-help-stored = See to it that history can be written: the status line says what keeps it.
diagnostics-help-partly = Look at the message: its other values are in history. Texts have at most 64 KiB, and an older version is not read again.
diagnostics-help-sender = Look at the sender: the message shows what it sent.

diagnostics-reject-topic = Topic that MQTT does not allow
diagnostics-reject-payload-too-large = Payload too large
diagnostics-reject-too-large = Payload too large to be read at all
diagnostics-reject-malformed = Malformed packet
diagnostics-reject-utf8 = Text that is not UTF-8
diagnostics-reject-binary = Bytes of an unknown format
diagnostics-reject-json-syntax = Broken JSON
diagnostics-reject-json-too-deep = JSON nested too deeply
diagnostics-reject-json-too-many-values = JSON with too many values
diagnostics-reject-sparkplug-truncated = Sparkplug payload that ends too early
diagnostics-reject-sparkplug-malformed = Malformed Sparkplug payload
diagnostics-reject-sparkplug-no-seq = Sparkplug payload without sequence number
diagnostics-reject-sparkplug-no-birth = Sparkplug data without a birth
diagnostics-reject-sparkplug-topic = Not a Sparkplug topic
diagnostics-reject-sparkplug-too-many-metrics = Sparkplug payload with too many metrics
diagnostics-reject-topic-limit = More topics than the connection may have
diagnostics-reject-address-limit = More values than the connection may have addresses
diagnostics-reject-address-too-long = Address too long
diagnostics-reject-source-limit = More nodes or devices than the connection may have
diagnostics-reject-description = Device description that cannot be understood
diagnostics-reject-inflate = Compressed payload that cannot be unpacked
diagnostics-reject-senml = Broken SenML
diagnostics-reject-layout = Fewer bytes than the layout asks for
diagnostics-reject-csv = Line without the columns that were set out
diagnostics-reject-partly-read = Read but for some values: the message is kept whole
diagnostics-reject-not-stored = Samples that history could not take

# The program itself.
diagnostics-over = Measured over { $duration }
diagnostics-running = Running for { $duration }
diagnostics-spans = From the message to the screen and to disk
diagnostics-half = 50 % within
diagnostics-most = 99 % within
diagnostics-count = Count
diagnostics-span-twin = Arrival to twin
diagnostics-span-durable = Arrival to history
diagnostics-span-commit = One commit
diagnostics-spans-hint = Of each batch, its oldest message counts for all.
diagnostics-queues = What waits
diagnostics-queue-arrived = Not read yet: { $name }
diagnostics-queue-jobs = Batches for history
diagnostics-queue-held = Messages held back
diagnostics-queue-ring = Samples held back
diagnostics-waiting = Now
diagnostics-peak = Most
diagnostics-room = Room
diagnostics-throughput = Throughput
diagnostics-messages-per-s = Messages
diagnostics-samples-per-s = Samples taken
diagnostics-stored-per-s = Samples stored
diagnostics-commits-per-s = Commits
diagnostics-history = History
diagnostics-history-size = On disk
diagnostics-journal = Waits for compaction
diagnostics-journal-samples = { $count ->
    [one] { $count } sample
   *[other] { $count } samples
}
diagnostics-disk = Free on the disk
diagnostics-disk-of = { $free } of { $size }
diagnostics-machine = Memory and processor
diagnostics-memory = Memory
diagnostics-cpu = Of one core
diagnostics-process = Process
diagnostics-all-processes = Together, on { $cores ->
    [one] { $cores } core
   *[other] { $cores } cores
}
diagnostics-machine-hint = Memory that processes share counts in each.
diagnostics-not-told = This system does not tell.
diagnostics-window = This window
diagnostics-pictures = Pictures it can paint
diagnostics-batches = Batches of samples painted
diagnostics-longest = Longest wait for a picture
diagnostics-longest-hint = over the last 10 s
diagnostics-frames = Frames that came
diagnostics-frames-lost = Frames lost
diagnostics-measuring = measuring…
