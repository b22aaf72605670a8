settings-title = Einstellungen
settings-done = Fertig

settings-closing = Beim Schließen des Fensters
settings-closing-ask = Jedes Mal fragen
settings-closing-tray = Im Infobereich weiter aufzeichnen
settings-closing-tray-hint = Messwerte werden auch ohne Fenster gespeichert und Alarme ausgelöst.
settings-closing-quit = Beenden
settings-closing-quit-hint = Niemand überwacht die Anlage, bis Twinscope wieder gestartet wird.

settings-colours = Farben
settings-colours-system = Wie das System
settings-colours-dark = Dunkel
settings-colours-light = Hell

settings-language = Sprache
settings-language-system = Wie das System ({ $language })

settings-workspace = Arbeitsordner
settings-workspace-hint = Hier liegen die Anlagendatei, die Historie, ihre Sicherungen sowie gespeicherte Bilder und Exporte.

settings-file = Anlagendatei
settings-file-faults = Die Datei wurde geändert und ist so nicht verwendbar. Die bisherige Anlage läuft weiter, bis diese Zeilen berichtigt sind:
settings-file-hint = Sie kann von Hand bearbeitet werden, während Twinscope läuft: Eine Änderung wirkt innerhalb von zwei Sekunden.
settings-file-rules = { $count ->
    [one] { $count } Zuordnungsregel bildet Assets aus dem Empfangenen
   *[other] { $count } Zuordnungsregeln bilden Assets aus dem Empfangenen
}
settings-file-warnings = { $count ->
    [one] { $count } Hinweis verdient einen Blick
   *[other] { $count } Hinweise verdienen einen Blick
}

settings-history = Historie
settings-history-size = { $size } auf dem Datenträger
settings-history-backup = Historie sichern …
settings-history-check = Historie prüfen …
settings-history-import = Historie importieren …
settings-history-hint = Importiert werden CSV und Parquet. Zum Exportieren ein Asset und dessen Trend öffnen.
settings-history-closed = Sicherung zurückspielen oder Schaden reparieren
settings-history-closed-how = Für beides muss die Historie geschlossen sein. Twinscope beenden, auch im Infobereich; dann einen dieser Befehle in einem Terminal ausführen und Twinscope wieder starten.
settings-history-restore = Eine Sicherung, angegeben als Ordner oder mit ihrem Namen in { $folder }, tritt an die Stelle der Historie; das jetzt Vorhandene bleibt unter neuen Namen erhalten.
settings-history-restore-name = NAME
settings-history-repair = Eine Reparatur behält alles, was sich lesen lässt, und sagt, was verloren ist.

settings-contrast = Kontrast
settings-contrast-system = Wie das System
settings-contrast-high = Hoch
settings-contrast-normal = Normal
settings-density = Dichte
settings-density-comfortable = Großzügig
settings-density-compact = Kompakt
settings-motion = Bewegung
settings-motion-system = Wie das System
settings-motion-reduced = Reduziert
settings-keys = Tasten
settings-keys-single = Einzeltasten wirken überall
settings-keys-single-hint = Etwa A, W und die Ziffern. Aus bei Spracheingabe, oder wo ein Versehen nichts auslösen darf.

settings-zone = Zeiten
settings-zone-plant = In der Zone der Anlage ({ $zone })
settings-zone-machine = In der Zone dieses Rechners ({ $zone })
settings-zone-other = In einer anderen Zone
settings-zone-choose = Zone
settings-zone-general = Allgemein
settings-zone-hint = Ist es nicht die der Anlage, sagt es die Titelleiste neben der Uhr.

settings-units = Einheiten
settings-units-as-sent = Wie empfangen
settings-units-hint = Umgerechnet wird nur die Anzeige; die Titelleiste sagt es. Gespeicherte Werte, Grenzwerte der Anlagendatei, Exporte, Trendbilder (PNG) und Benachrichtigungen behalten die Einheiten der Anlagendatei.
settings-units-temperature = Temperatur
settings-units-pressure = Druck
settings-units-flow = Durchfluss
settings-units-volume = Volumen
settings-units-length = Länge und Füllstand
settings-units-speed = Geschwindigkeit
settings-units-vibration = Schwingung
settings-units-power = Leistung
