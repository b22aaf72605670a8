layout-title = Anordnung
layout-what = Ansicht, Trend mit Zeitraum, Marken, Skalen und Vergleich, Auswahl der Übersicht, zugeklappte Orte und Bild, als Datei zum Behalten oder Weitergeben. Ein Name allein liegt im Ordner layouts des Arbeitsordners.
layout-name = Name oder Pfad einer Datei
layout-save = Speichern
layout-open = Öffnen
layout-list = Gespeicherte Anordnungen
layout-saved = Gespeichert als { $path }.
layout-opened = Geöffnet.
layout-undo = Rückgängig
layout-undone = Wieder wie zuvor.
layout-fault-no-layout = { $name } ist keine Anordnung von Twinscope.
layout-fault-newer = { $name } stammt von einem neueren Twinscope: dort öffnen.
layout-misfits = Das passt nicht zu dieser Anlage und bliebe weg:
layout-misfits-plant = Sie wurde für die Anlage { $plant } erstellt.
layout-misfits-asset = Ein Asset { $names } gibt es nicht.
layout-misfits-signals = { $count ->
    [one] { $count } Signal gibt es hier nicht: { $names }
   *[other] { $count } Signale gibt es hier nicht: { $names }
}
layout-misfits-places = { $count ->
    [one] { $count } Ort gibt es hier nicht: { $names }
   *[other] { $count } Orte gibt es hier nicht: { $names }
}
layout-misfits-grounds = { $count ->
    [one] { $count } Plan ist hier nicht vorhanden: { $names }
   *[other] { $count } Pläne sind hier nicht vorhanden: { $names }
}
layout-misfits-pictures = { $count ->
    [one] { $count } Prozessbild ist hier nicht vorhanden: { $names }
   *[other] { $count } Prozessbilder sind hier nicht vorhanden: { $names }
}
layout-misfits-scales = { $count ->
    [one] Zu dieser festen Skala gibt es hier kein Signal: { $names }
   *[other] Zu diesen { $count } festen Skalen gibt es hier kein Signal: { $names }
}
layout-anyway = Den Rest öffnen
