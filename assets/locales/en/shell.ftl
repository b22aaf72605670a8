# The window around every screen: title, ways to the screens, status line.
shell-reading = Reading the plant…
shell-screens = Screens
shell-where = Where you are

shell-overview = Overview
shell-process = Process
shell-trend = Trend
shell-alarms = Alarms
shell-alarms-unacknowledged = Alarms, { $count } unacknowledged
shell-discovery = Discovery
shell-types = Types
shell-connections = Connections
shell-diagnostics = Diagnostics
shell-settings = Settings
shell-to-light = Light
shell-to-dark = Dark
shell-switch-light = Switch to light
shell-switch-dark = Switch to dark

# Beside the clock. $duration: with its unit.
shell-live = LIVE
shell-starting = STARTING
shell-no-link = NO LINK
shell-no-link-why = No connection is up: nothing shown is of now.
shell-no-data = NO DATA
shell-no-data-for = for { $duration }

shell-search = Search assets, signals, alarms
shell-search-hits = Found
shell-search-nothing = Nothing is named “{ $query }”.
shell-search-alarms = { $count ->
    [one] Show { $count } standing alarm in the alarm list
   *[other] Show { $count } standing alarms in the alarm list
}
# What was found: one of these kinds.
shell-found-asset = Asset
shell-found-signal = Signal
shell-found-alarm = Alarm
shell-found-place = Place
shell-found-picture = Process picture
shell-found-connection = Connection
shell-found-screen = Screen

shell-no-alarm = No unacknowledged alarm
shell-alarm-counts = { $unacknowledged } unacknowledged · { $standing } standing
shell-links-up = { $up } of { $count } connections up
shell-rate = { $rate }/s
shell-dropped = { $count } dropped
shell-rejected = { $count } rejected

shell-fault-title = Twinscope cannot show the plant
shell-fault-advice = Nothing is collected and no alarm is raised until this is mended. Mend it and try again, or open another plant. What was stored before stays as it is.
shell-fault-again = Try again
shell-fault-other = Open another plant
shell-first-title = Opening the plant
shell-first-why = What is stored is read first. After a crash or a power cut that takes longer, because the newest samples are taken over from the journal. Nothing is collected until then; what brokers keep comes afterwards.
shell-quit = Quit

shell-close-title = Keep collecting in the tray?
shell-close-why = In the tray, Twinscope goes on storing samples and raising alarms without a window. After quitting, nobody watches.
shell-close-remember = Do this every time
shell-close-keep = Keep collecting

# In the title bar while values are shown in other units than they came in. $units: those they are shown in.
shell-units = Shown in { $units }
shell-units-why = These units were chosen in the settings. Values are stored as they came; exports and notifications keep the units of the plant file.
# Beside the clock while it is not in the plant’s zone. $plant: short name of the plant’s zone.
shell-other-zone = plant: { $plant }
shell-other-zone-why = Times are shown in { $zone }, as chosen in the settings. The plant’s zone is { $plant }.
shell-no-asset = No such asset
shell-no-asset-which = The plant { $plant } has no asset with the id { $id }.
shell-no-asset-why = It may have been renamed or removed in plant.toml, or the link or layout comes from another plant. What history has of it stays. If it comes by a mapping rule, it opens here as soon as it is heard.
shell-no-asset-search = Search for it
shell-no-asset-overview = Open the overview
shell-no-asset-discovery = See what is heard
