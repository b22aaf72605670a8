# Exports, imports, backups and checks of history.
files-export-title-any = Export history
files-export-title = Export history of { $asset }
files-import-title = Import history
files-backup-title = Back up history
files-check-title = Check history

files-cancel-export = Cancel the export
files-cancel-import = Cancel the import
files-cancel-backup = Cancel the backup
files-cancel-check = Cancel the check
files-background = Go on in the background
files-part-done = Part that is done
files-file = File

files-signals = Signals
files-signals-shown = { $count ->
    [one] Shown in the trend: { $count } signal
   *[other] Shown in the trend: { $count } signals
}
files-signals-all = { $count ->
    [one] All of { $asset }: { $count } signal
   *[other] All of { $asset }: { $count } signals
}
files-time = Time
files-time-range = As in the trend: { $from } – { $to }
files-time-stored = Everything that is stored
files-time-stored-until = Everything that was stored by { $until }
files-format = Format
files-sheet = Table (CSV)
files-format-sheet = As the trend shows it, for spreadsheets: one column a signal with its unit and quality, what is compared beside it, times of { $zone } with their offset.
files-format-csv = Text for scripts, one line a sample with its own unit and times in UTC; can be read back.
files-format-parquet = Small and typed, for pandas, DuckDB and other data tools.
files-export-hint = A name alone lies in the folder exports of the workspace. Empty: a name is chosen.
files-export-start = Export

files-import-hint = CSV or Parquet. A name alone lies in the folder exports of the workspace.
files-import-how = One line a sample, with columns <code>signal</code>, <code>time</code> and <code>value</code>; or one line an instant, with a column <code>time</code> and a column for each signal, named by its id such as <code>pump-1/flow</code>. Times are ISO 8601 (UTC where no offset is given) or numbers since 1970. What history already has stays as it is. Signals that the plant file does not have are left out and listed, as are lines in another unit. Samples older than their signals are kept for are counted, and removed again by retention.
files-import-start = Import

files-backup-folder = New folder
files-backup-hint = A name alone lies in { $folder }. Empty: a name is made of the time.
files-backup-how = The copy holds samples, alarms and the audit trail as of one instant; the plant goes on meanwhile. The plant file is not in it. Keep backups on another disk.
files-backup-start = Back up

files-check-how = Reads every stored sample, alarm and audit record, and says in plain words what is damaged. Nothing is changed; the plant goes on meanwhile.
files-check-start = Check

files-running-export = Exporting to { $path }
files-running-import = Importing { $path }
files-running-backup = Copying history to { $path }
files-running-check = Looking through the history in { $path }
files-cancelled-export = The export was cancelled. No file was left.
files-cancelled-import = { $count ->
    [one] The import was cancelled. { $count } sample written until then stay; importing the file again is harmless.
   *[other] The import was cancelled. { $count } samples written until then stay; importing the file again is harmless.
}
files-cancelled-backup = The backup was cancelled. Nothing of it was left.
files-cancelled-check = The check was cancelled.
files-cancelled-check-damage = The check was cancelled. Damage was found before.
files-done-export = { $count ->
    [one] { $count } sample exported to { $path }
   *[other] { $count } samples exported to { $path }
}
files-done-import = { $count ->
    [one] { $count } sample imported from { $path }
   *[other] { $count } samples imported from { $path }
}
files-done-backup = History was copied to { $path } ({ $size })
files-done-check = The history is sound
files-done-check-damage = Damage was found in the history
# $message: why it failed.
files-failed-import = { $count ->
    [one] { $message } { $count } sample written until then stays.
   *[other] { $message } { $count } samples written until then stay.
}
# The end of a job that nobody watched. $sentence: one of those above.
files-notice-check = { $sentence }. What it is, and what to do: Settings, Check.
files-notice-import = { $sentence }. What became of every line: Settings, Import.

# What of an import needs to be looked at, in brackets behind the sentence.
files-doubt-bad = { $count ->
    [one] { $count } bad line
   *[other] { $count } bad lines
}
files-doubt-unknown = { $count ->
    [one] { $count } sample of unknown signals
   *[other] { $count } samples of unknown signals
}
files-doubt-other = { $count ->
    [one] { $count } sample with another value
   *[other] { $count } samples with another value
}
files-doubt-expired = { $count ->
    [one] { $count } sample too old to be kept
   *[other] { $count } samples too old to be kept
}

files-progress-rows = { $count ->
    [one] { $count } row of the databases
   *[other] { $count } rows of the databases
}
files-progress-samples = { $count ->
    [one] { $count } sample, { $rate } a second
   *[other] { $count } samples, { $rate } a second
}

files-line-written = { $count ->
    [one] { $count } sample written
   *[other] { $count } samples written
}
files-line-present = { $count ->
    [one] { $count } sample already there
   *[other] { $count } samples already there
}
files-line-differing = { $count ->
    [one] { $count } sample with another value in history: history was left as it is
   *[other] { $count } samples with another value in history: history was left as it is
}
files-line-repeated = { $count ->
    [one] { $count } sample with another value on a line before: the first line counts
   *[other] { $count } samples with another value on a line before: the first line counts
}
files-line-expired = { $count ->
    [one] { $count } sample older than their signals are kept for: retention will remove them
   *[other] { $count } samples older than their signals are kept for: retention will remove them
}
files-line-unknown = { $count ->
    [one] { $count } sample of signals that the plant file does not have: left out
   *[other] { $count } samples of signals that the plant file does not have: left out
}
files-line-bad = { $count ->
    [one] { $count } line not readable, or not true: left out
   *[other] { $count } lines not readable, or not true: left out
}
files-unknown-signals = Signals that the plant file does not have
files-bad-lines = Lines that could not be read

# A name for a folder, as an example.
files-backup-example = before-the-overhaul
