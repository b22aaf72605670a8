picture-title = Prozess
picture-tabs = Prozessbilder
# $title: the picture's name.
picture-stage = Prozessbild: { $title }
picture-reading = Das Bild wird gelesen…
# $title: the picture's name. What is wrong with it follows.
picture-cannot = { $title } kann nicht gezeigt werden.
picture-may-be-old = Das Gezeigte kann veraltet sein.
picture-missing-count = { $count ->
    [one] { $count } Bindung führt ins Leere
   *[other] { $count } Bindungen führen ins Leere
}
picture-left-out = { $count ->
    [one] { $count } Datei des Ordners kann nicht gezeigt werden
   *[other] { $count } Dateien des Ordners können nicht gezeigt werden
}

picture-none = Noch kein Prozessbild
picture-none-how = Zeichnen Sie Ihren Prozess mit einem Programm, das SVG schreibt, zum Beispiel Inkscape, und holen Sie die Datei hierher. Zeigen Sie dann auf die Elemente und wählen Sie, was jedes zeigt: einen Messwert, einen Füllstand, einen Zustand, die Alarme eines Assets.
# $folder: where pictures lie.
picture-none-folder = Oder legen Sie die Datei in { $folder }: Sie wird von selbst gefunden.
picture-bring = Bild holen
picture-new = Bild
picture-file = SVG-Datei
picture-file-hint = Sie wird in den Ordner pictures neben der Anlagendatei kopiert. Skripte, Inhalte von anderswo und Effekte darin werden nicht gezeigt.
picture-copy = Kopieren und zeigen
picture-cancel = Abbrechen
# $name: of the file.
picture-brought = { $name } wurde in den Arbeitsbereich kopiert.

picture-zoom = Vergrößerung
picture-zoom-out = Verkleinern
picture-zoom-in = Vergrößern
picture-fit = Ganzes Bild zeigen

picture-too-large = Es ist größer als 8 MiB: Verkleinern Sie die eingebetteten Bilder.
picture-entities = Es bringt eigene Definitionen (Entitäten) mit, denen nicht gefolgt wird: Speichern Sie es als „Normales SVG“.
picture-broken = Es ist nicht wohlgeformt: Speichern Sie es mit dem Zeichenprogramm erneut.
picture-no-svg = Es ist kein SVG: Das erste Element ist nicht <svg>.
picture-too-many = Es hat mehr als { $count } Elemente: Vereinfachen Sie es, oder teilen Sie es in mehrere Bilder.

picture-out = { $count ->
    [one] { $count } Inhalt entfernt
   *[other] { $count } Inhalte entfernt
}
picture-out-why = Ein Bild darf weder etwas ausführen noch etwas von anderswo laden. Aus der Darstellung wurde entfernt, die Datei ist unverändert:
picture-out-scripts = { $count ->
    [one] { $count } Skript
   *[other] { $count } Skripte
}
picture-out-handlers = { $count ->
    [one] { $count } Ereignisbehandlung
   *[other] { $count } Ereignisbehandlungen
}
picture-out-remote = { $count ->
    [one] { $count } Verweis auf etwas außerhalb der Datei
   *[other] { $count } Verweise auf etwas außerhalb der Datei
}
picture-out-pages = { $count ->
    [one] { $count } eingebettete Seite
   *[other] { $count } eingebettete Seiten
}
picture-out-styles = { $count ->
    [one] { $count } unzulässige Formatangabe
   *[other] { $count } unzulässige Formatangaben
}
picture-out-animations = { $count ->
    [one] { $count } Animation
   *[other] { $count } Animationen
}
picture-out-effects = { $count ->
    [one] { $count } Filtereffekt
   *[other] { $count } Filtereffekte
}
picture-out-other = { $count ->
    [one] { $count } unbekanntes oder zu großes Element
   *[other] { $count } unbekannte oder zu große Elemente
}

# $id: what the element is bound to.
picture-unknown = Gebunden an { $id }, das die Anlage nicht hat
picture-unknown-how = Die Anlage hat nichts mit dieser Id. Binden Sie das Element im Editor neu, oder berichtigen Sie die Id in der Datei.
picture-waiting = noch nichts empfangen
picture-live = in Betrieb
picture-standby = in Bereitschaft
picture-stale = keine Daten
# $priority: 1 to 4. $what: the alarm in words.
picture-alarm = Alarm der Priorität { $priority }: { $what }
picture-quality = Güte
picture-age = Alter
picture-never = nie empfangen
picture-normal = Normal
# $limit: with its unit. $priority: 1 to 4.
picture-limit = { $limit } · Priorität { $priority }
# $asset: its name.
picture-opens = Klick oder Eingabetaste öffnet { $asset }

picture-edit = Bearbeiten
picture-done = Fertig
picture-bindings = Bindungen
picture-point = Zeigen Sie auf ein Element des Bildes, oder wählen Sie es aus der Liste.
picture-undo = Rückgängig
picture-redo = Wiederholen
picture-save = Speichern
picture-discard = Verwerfen
picture-unsaved = { $count ->
    [one] { $count } Element nicht gespeichert
   *[other] { $count } Elemente nicht gespeichert
}
# $name: of the file.
picture-saved = { $name } wurde gespeichert; die vorige Fassung liegt mit der Endung .bak daneben.
# $title: the picture's name.
picture-first-save = Speichern oder verwerfen Sie zuerst, was Sie in { $title } gebunden haben.
picture-overtaken = Die Datei wurde inzwischen von einem anderen Programm geändert; was Sie gebunden haben, kann nicht hineingeschrieben werden.
picture-load-again = Neu laden und meine Bindungen verwerfen
picture-elements = Elemente
picture-filter = Nach Name, Art oder Signal filtern
picture-more = { $count ->
    [one] { $count } weiteres: Filtern, um es zu sehen
   *[other] { $count } weitere: Filtern, um sie zu sehen
}
picture-no-element = Kein Element heißt so.
picture-inside = In
picture-bound-to = Zeigt
picture-search = Asset oder Signal
picture-search-hint = Nach Name oder Id suchen
picture-not-bound = Nicht gebunden
picture-unbind = Bindung lösen
picture-as = Als
picture-show-value = Wert mit Einheit
picture-show-number = Wert ohne Einheit
picture-show-bar = Balken: gefüllt bis zum Wert
picture-show-indicator = Analoganzeige mit Zeiger
picture-show-state = Ein oder aus: hell oder dunkel
picture-show-turn = Dreht sich, solange ein
picture-show-flow = Striche wandern, solange ein
picture-show-asset = Alarme und Ausfall des Assets
picture-side = Wächst
picture-side-up = nach oben
picture-side-down = nach unten
picture-side-left = nach links
picture-side-right = nach rechts
picture-low = Skala von
picture-high = Skala bis
picture-number-wrong = Zahl eingeben oder leer lassen
picture-on = Ein, wenn
picture-on-hint = > 5, < 5 oder Wörter mit Kommas dazwischen. Leer: weder null noch ein Wort für aus.

picture-kind-high-high = Hoch-Hoch
picture-kind-high = Hoch
picture-kind-low = Tief
picture-kind-low-low = Tief-Tief
picture-kind-anomaly = Anomalie

picture-no-scale = Das Signal hat keinen eigenen Messbereich: Geben Sie an, wo die Skala beginnt und endet.
