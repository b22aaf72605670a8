common-cancel = Abbrechen
common-close = Schließen
common-done = Fertig
common-none = keine
common-unknown-signal = unbekanntes Signal
common-assets = { $count ->
    [one] { $count } Asset
   *[other] { $count } Assets
}
common-signals = { $count ->
    [one] { $count } Signal
   *[other] { $count } Signale
}
common-connections = { $count ->
    [one] { $count } Verbindung
   *[other] { $count } Verbindungen
}
common-more = und { $count } weitere
common-converted = aus { $unit }
common-list = { $before }, { $next }
