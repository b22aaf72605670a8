files-export-title-any = Historie exportieren
files-export-title = Historie von { $asset } exportieren
files-import-title = Historie importieren
files-backup-title = Historie sichern
files-check-title = Historie prüfen

files-cancel-export = Export abbrechen
files-cancel-import = Import abbrechen
files-cancel-backup = Sicherung abbrechen
files-cancel-check = Prüfung abbrechen
files-background = Im Hintergrund fortsetzen
files-part-done = Erledigter Anteil
files-file = Datei

files-signals = Signale
files-signals-shown = { $count ->
    [one] Im Trend gezeigt: { $count } Signal
   *[other] Im Trend gezeigt: { $count } Signale
}
files-signals-all = { $count ->
    [one] Alle von { $asset }: { $count } Signal
   *[other] Alle von { $asset }: { $count } Signale
}
files-time = Zeit
files-time-range = Wie im Trend: { $from } – { $to }
files-time-stored = Alles Gespeicherte
files-time-stored-until = Alles, was bis { $until } gespeichert war
files-format = Format
files-sheet = Tabelle (CSV)
files-format-sheet = Wie im Trend, für Tabellenprogramme: je Signal eine Spalte mit Einheit und Qualität, daneben der Vergleich, Zeiten von { $zone } mit Versatz zu UTC.
files-format-csv = Text für Skripte, eine Zeile je Messwert mit eigener Einheit und Zeiten in UTC; lässt sich wieder einlesen.
files-format-parquet = Klein und typisiert, für pandas, DuckDB und andere Datenwerkzeuge.
files-export-hint = Ein bloßer Name liegt im Ordner exports des Arbeitsordners. Leer: Ein Name wird gewählt.
files-export-start = Exportieren

files-import-hint = CSV oder Parquet. Ein bloßer Name liegt im Ordner exports des Arbeitsordners.
files-import-how = Eine Zeile je Messwert mit den Spalten <code>signal</code>, <code>time</code> und <code>value</code>; oder eine Zeile je Zeitpunkt mit einer Spalte <code>time</code> und einer Spalte je Signal, benannt nach dessen Id wie <code>pump-1/flow</code>. Zeiten nach ISO 8601 (UTC, wo kein Versatz steht) oder als Zahl seit 1970. Was die Historie schon hat, bleibt, wie es ist. Signale, die die Anlagendatei nicht hat, werden ausgelassen und aufgelistet, ebenso Zeilen mit anderer Einheit. Messwerte, die älter sind als die Aufbewahrungszeit ihres Signals, werden gezählt und später wieder entfernt.
files-import-start = Importieren

files-backup-folder = Neuer Ordner
files-backup-hint = Ein bloßer Name liegt in { $folder }. Leer: Der Name wird aus der Zeit gebildet.
files-backup-how = Die Kopie enthält Messwerte, Alarme und das Prüfprotokoll, alle vom selben Zeitpunkt; die Anlage läuft währenddessen weiter. Die Anlagendatei ist nicht darin. Sicherungen gehören auf einen anderen Datenträger.
files-backup-start = Sichern

files-check-how = Liest jeden gespeicherten Messwert, Alarm und Protokolleintrag und sagt in klaren Worten, was beschädigt ist. Nichts wird verändert; die Anlage läuft währenddessen weiter.
files-check-start = Prüfen

files-running-export = Export nach { $path }
files-running-import = Import von { $path }
files-running-backup = Historie wird nach { $path } kopiert
files-running-check = Historie in { $path } wird durchgesehen
files-cancelled-export = Der Export wurde abgebrochen. Keine Datei blieb zurück.
files-cancelled-import = { $count ->
    [one] Der Import wurde abgebrochen. { $count } bis dahin geschriebener Messwert bleibt; die Datei darf erneut importiert werden.
   *[other] Der Import wurde abgebrochen. { $count } bis dahin geschriebene Messwerte bleiben; die Datei darf erneut importiert werden.
}
files-cancelled-backup = Die Sicherung wurde abgebrochen. Nichts davon blieb zurück.
files-cancelled-check = Die Prüfung wurde abgebrochen.
files-cancelled-check-damage = Die Prüfung wurde abgebrochen. Vorher wurde ein Schaden gefunden.
files-done-export = { $count ->
    [one] { $count } Messwert nach { $path } exportiert
   *[other] { $count } Messwerte nach { $path } exportiert
}
files-done-import = { $count ->
    [one] { $count } Messwert aus { $path } importiert
   *[other] { $count } Messwerte aus { $path } importiert
}
files-done-backup = Die Historie wurde nach { $path } kopiert ({ $size })
files-done-check = Die Historie ist in Ordnung
files-done-check-damage = In der Historie wurde ein Schaden gefunden
files-failed-import = { $count ->
    [one] { $message } { $count } bis dahin geschriebener Messwert bleibt.
   *[other] { $message } { $count } bis dahin geschriebene Messwerte bleiben.
}
files-notice-check = { $sentence }. Was es ist und was zu tun ist: Einstellungen, Historie prüfen.
files-notice-import = { $sentence }. Was aus jeder Zeile wurde: Einstellungen, Historie importieren.

files-doubt-bad = { $count ->
    [one] { $count } fehlerhafte Zeile
   *[other] { $count } fehlerhafte Zeilen
}
files-doubt-unknown = { $count ->
    [one] { $count } Messwert unbekannter Signale
   *[other] { $count } Messwerte unbekannter Signale
}
files-doubt-other = { $count ->
    [one] { $count } Messwert mit anderem Wert
   *[other] { $count } Messwerte mit anderem Wert
}
files-doubt-expired = { $count ->
    [one] { $count } Messwert, zu alt zum Aufbewahren
   *[other] { $count } Messwerte, zu alt zum Aufbewahren
}

files-progress-rows = { $count ->
    [one] { $count } Zeile der Datenbanken
   *[other] { $count } Zeilen der Datenbanken
}
files-progress-samples = { $count ->
    [one] { $count } Messwert, { $rate } je Sekunde
   *[other] { $count } Messwerte, { $rate } je Sekunde
}

files-line-written = { $count ->
    [one] { $count } Messwert geschrieben
   *[other] { $count } Messwerte geschrieben
}
files-line-present = { $count ->
    [one] { $count } Messwert war schon da
   *[other] { $count } Messwerte waren schon da
}
files-line-differing = { $count ->
    [one] { $count } Messwert hat in der Historie einen anderen Wert: Die Historie blieb, wie sie ist
   *[other] { $count } Messwerte haben in der Historie einen anderen Wert: Die Historie blieb, wie sie ist
}
files-line-repeated = { $count ->
    [one] { $count } Messwert hat in einer früheren Zeile einen anderen Wert: Die erste Zeile gilt
   *[other] { $count } Messwerte haben in einer früheren Zeile einen anderen Wert: Die erste Zeile gilt
}
files-line-expired = { $count ->
    [one] { $count } Messwert ist älter als die Aufbewahrungszeit seines Signals und wird wieder entfernt
   *[other] { $count } Messwerte sind älter als die Aufbewahrungszeit ihrer Signale und werden wieder entfernt
}
files-line-unknown = { $count ->
    [one] { $count } Messwert eines Signals, das die Anlagendatei nicht hat: ausgelassen
   *[other] { $count } Messwerte von Signalen, die die Anlagendatei nicht hat: ausgelassen
}
files-line-bad = { $count ->
    [one] { $count } Zeile nicht lesbar oder nicht wahr: ausgelassen
   *[other] { $count } Zeilen nicht lesbar oder nicht wahr: ausgelassen
}
files-unknown-signals = Signale, die die Anlagendatei nicht hat
files-bad-lines = Zeilen, die nicht gelesen werden konnten

files-backup-example = vor-der-revision
