# The list of connections, and one connection on its card.
links-title = Connections
links-counts = { $count ->
    [one] { $count } connection · { $up } connected
   *[other] { $count } connections · { $up } connected
}
links-new = Connection
links-none = Nothing is connected
links-none-why = Add the broker that your plant already has, or a device that speaks CoAP. Twinscope only listens, and asks for what you name.
links-add = Add a connection
links-edit = Edit
links-remove = Remove

links-state-up = Connected
links-state-connecting = Connecting
links-state-down = Not connected, trying again
links-state-taken-over = Stopped: another client uses this client id
# Behind a state: how long it has lasted.
links-lasting = for { $duration }
links-spoken-coap = { $count ->
    [one] CoAP · { $count } resource
   *[other] CoAP · { $count } resources
}
links-spoken-mqtt = { $protocol } · client id { $id }
links-open-to-all = Anyone on the way can read and forge values.

links-messages = Messages
links-samples = Samples stored
links-skipped = Left out
links-skipped-hint = Values that became no signals, such as texts above 64 KiB: their messages are kept whole below
links-not-stored = Not stored
links-not-stored-hint = Samples of QoS 0 that were shown while history could not be written, and are not in it
links-dropped = Dropped
links-rejected = Rejected
links-unmapped = Not in the plant file
links-topics = Topics
links-topics-of = { $count } of { $most }
links-topics-counted = { $count }, counted as { $shares } of { $most }
links-topics-hint = Topics heard, and how many the connection may have. Messages on further topics are rejected. A name of more than 100 bytes counts as two topics, of more than 612 as three, because it takes as much memory.
links-rate = Rate limit
links-rate-messages = { $rate } messages/s
links-rate-bytes = { $size }/s
links-rate-hint = Messages of QoS 0 above it are dropped; those of QoS 1 and 2 wait at the broker.
links-throttled = Above the rate limit
links-throttled-hint = Messages of QoS 0 that came faster than the rate limit allows. They count as dropped.

links-rejects = Messages that could not be read, or not whole
links-reject-reason = Reason
links-reject-count = Count
links-reject-last = Last example
links-reject-when = When
links-addresses = Addresses
links-addresses-hint = Values heard on all topics together, each under an address of its own, and how many the connection may have. Messages with further ones are rejected. One of more than 512 bytes counts as two, because it takes as much memory.
links-addresses-list = List the addresses
links-addresses-hide = Hide the addresses
links-heard-address = Address
links-heard-value = Last value
links-heard-count = Count
links-heard-age = Age
links-heard-hint = An address becomes a signal when an asset in the plant file names it as its source. Discovery proposes assets for them.

links-rebirth-title = Ask { $node } for a rebirth?
links-rebirth-why = Twinscope publishes one command, Node Control/Rebirth. The node then sends all its metrics again; nothing in the process changes.
links-rebirth-ask = Ask for rebirth
links-rebirth-asked = Rebirth asked of { $node }. Its values are good again when the birth has arrived.
links-remove-title = Remove { $name }?
links-remove-why = Its signals get no more values. History, alarms and the plant's assets stay.
links-removed = { $name } was removed. What it delivered stays in history.

links-properties = Properties left out
links-properties-hint = Properties of MQTT 5 messages beyond 32 user properties, or 8 kB, of one message. Their values were taken all the same.

links-filters-refused = refused: { $filters }

# How a link is protected, part by part, in the words of the program.
links-security-plain = not encrypted
links-security-certificate = client certificate
links-security-system = system authorities
links-security-own = own authority
links-security-shared = pre-shared key
links-security-name = checked against the name "{ $name }"
