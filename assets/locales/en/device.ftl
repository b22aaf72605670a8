# What is known of the device behind an asset, and where its values come from.
device-title = Device
device-signals = Signals
device-panes = What is shown of the asset
device-connection = Connection
device-received = Newest value received { $duration } ago, { $time }
device-received-never = No value received yet
# $what: the certificate, in the program's words.
device-expiry = { $days ->
    [0] { $what } ends today
    [one] { $what } ends in { $days } day
   *[other] { $what } ends in { $days } days
}
device-expiry-over = { $what } has ended
device-no-certificate = No client certificate
device-past = What a device tells of itself is kept as it is now only. Return to live to read it.
device-told = Told { $duration } ago, { $time }
device-told-before = Told before this start, { $duration } ago, { $time }
device-not-told = Not told: { $names }
device-left-out = { $count ->
    [one] { $count } more fact is not shown
   *[other] { $count } more facts are not shown
}

device-presence = Presence
device-presence-online = online
device-presence-offline = offline
device-presence-sleeping = asleep
device-name = Name
device-maker = Maker
device-model = Model
device-firmware = Firmware
device-hardware = Hardware
device-serial = Serial number
device-address = Address
device-parent = Belongs to
device-power = Power supply
device-battery = Battery
device-strength = Signal strength
device-link-quality = Link quality
device-uptime = Running for
