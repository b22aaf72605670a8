settings-title = Settings
settings-done = Done

settings-closing = When the window is closed
settings-closing-ask = Ask each time
settings-closing-tray = Keep collecting in the tray
settings-closing-tray-hint = Samples are stored and alarms raised without a window.
settings-closing-quit = Quit
settings-closing-quit-hint = Nobody watches until Twinscope is started again.

settings-colours = Colours
settings-colours-system = As the system
settings-colours-dark = Dark
settings-colours-light = Light

settings-language = Language
# $language: what the system asks for, in that language.
settings-language-system = As the system ({ $language })

settings-workspace = Workspace
settings-workspace-hint = Here lie the plant file, the history, its backups, the saved pictures and exports.

settings-file = Plant file
settings-file-faults = The file was changed and cannot be used. The plant of before runs on until these lines are corrected:
settings-file-hint = It can be edited by hand while Twinscope runs: a change takes effect within two seconds.
settings-file-rules = { $count ->
    [one] { $count } mapping rule makes assets of what is heard
   *[other] { $count } mapping rules make assets of what is heard
}
settings-file-warnings = { $count ->
    [one] { $count } thing is worth a look
   *[other] { $count } things are worth a look
}

settings-history = History
# $size: with its unit.
settings-history-size = { $size } on the disk
settings-history-backup = Back up history…
settings-history-check = Check history…
settings-history-import = Import history…
settings-history-hint = Import reads CSV or Parquet. To export, open an asset and its trend.
settings-history-closed = Bring a backup back, or repair damage
settings-history-closed-how = Both need the history closed. Quit Twinscope, in the tray too; then run one of these in a terminal, and start Twinscope again.
# $folder: where backups lie.
settings-history-restore = A backup, named by its folder or by its name in { $folder }, takes the place of history; what is there now is kept under new names.
# Stands in a command, in place of what a person writes there.
settings-history-restore-name = NAME
settings-history-repair = A repair keeps everything that can be read, and says what is lost.

settings-contrast = Contrast
settings-contrast-system = As the system
settings-contrast-high = High
settings-contrast-normal = Normal
settings-density = Density
settings-density-comfortable = Comfortable
settings-density-compact = Compact
settings-motion = Motion
settings-motion-system = As the system
settings-motion-reduced = Reduced
settings-keys = Keys
settings-keys-single = Keys of one character act anywhere
settings-keys-single-hint = Such as A, W and the digits. Off for speech input, or where a slip of the hand must do nothing.

settings-zone = Times
# $zone: IANA name.
settings-zone-plant = In the plant’s zone ({ $zone })
settings-zone-machine = In this computer’s zone ({ $zone })
settings-zone-other = In another zone
settings-zone-choose = Zone
settings-zone-general = General
settings-zone-hint = Where it is not the plant’s, the title bar says so beside the clock.

settings-units = Units
settings-units-as-sent = As it came
settings-units-hint = Only what is shown is converted; the title bar says so. Stored values, limits in the plant file, exports, pictures of trends (PNG) and notifications keep the plant file's units.
settings-units-temperature = Temperature
settings-units-pressure = Pressure
settings-units-flow = Flow
settings-units-volume = Volume
settings-units-length = Length and level
settings-units-speed = Speed
settings-units-vibration = Vibration
settings-units-power = Power
