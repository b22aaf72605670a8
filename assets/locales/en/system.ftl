# What Twinscope tells of itself, as assets and signals beside those of the plant, and their alarms.
# $name: of the connection, as the plant file has it.
system-connection = Connection { $name }
system-type = What Twinscope tells of itself

system-dropped = Messages lost
system-left-out = Messages above the rate limit
system-beyond-topics = Messages above the limit of topics
system-beyond-addresses = Messages above the limit of addresses
system-not-written = History not written

# What to do about each; behind a colon.
system-advice-dropped = narrow the topic filters, or ask for QoS 1 and a persistent session
system-advice-left-out = narrow the topic filters, or raise the rate limit
system-advice-beyond-topics = narrow the topic filters, or raise the limit of topics
system-advice-beyond-addresses = narrow the topic filters, or raise the limit of addresses
system-advice-not-written = free room on the disk; the status line says what stops it

# $name: one of the above, such as "Messages lost".
system-about = { $name }:
# Behind a number: how many since the alarm was raised. $advice: what to do.
system-so-far = so far: { $advice }
# Behind a number: how many there were until the alarm returned.
system-in-all = in all: { $advice }

# The card of such an asset.
system-what = What to do
system-fine = Nothing is lost now. An alarm ends by itself a minute after the last message that was lost.
system-fine-program = History is written. Its alarm ends by itself when that works again.
system-to-connection = Settings of the connection
system-to-dropped = What was dropped
system-to-rates = What comes on its topics
system-to-program = How the program does
