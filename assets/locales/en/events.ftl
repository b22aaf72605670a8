# What happened to an asset.
events-title = Events
events-alarms = Alarms
events-kinds = Kinds of events
events-kind-alarm = Alarms
events-kind-quality = Quality
events-kind-link = Connection
events-kind-birth = Births
events-kind-unreadable = Unreadable
events-kind-audit = Actions
events-none = Nothing has happened to this asset yet, as far as history reaches.
events-none-of-kind = Nothing of these kinds, as far as history reaches.
events-older = Earlier events
events-to-alarm = Alarm
events-to-connections = Connections
events-to-sessions = Sessions
events-to-evidence = Evidence
events-to-entry = Entry
events-to-trend = Trend at this instant

events-quality-good = Values are good again
events-alarm-returned = { $subject } is back to normal
events-alarm-acknowledged = { $subject } acknowledged by { $user }
events-alarm-removed = { $subject }: alarm ended, because its rule was taken out of the plant file
events-birth = Birth received: the newest one
# $reason: short name of the program.
events-unreadable = A message could not be read: { $reason }

# What somebody did. $subject: to what.
events-action-accept-proposals = Accepted into the plant file: { $subject }
events-action-change-documents = Documents changed: { $subject }
events-action-model-import = Model imported: { $subject }
events-action-plant-file = Plant file edited: { $subject }
events-action-remove-connection = Connection removed: { $subject }
events-action-request-rebirth = Rebirth asked on { $subject }
events-action-restore-connection = Removal taken back: { $subject }
events-action-save-connection = Connection saved: { $subject }
# In place of a person: the program, or somebody with another one.
events-nobody = outside of Twinscope

events-entry = Audit entry { $number }
events-entry-when = When
events-entry-who = Who
events-entry-action = What
events-entry-subject = To what
events-entry-detail = Detail
