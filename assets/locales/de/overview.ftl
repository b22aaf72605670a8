overview-title = Übersicht
overview-tiles = Assets
overview-tree = Anlage nach Ort
overview-all = Alle Assets
overview-normal = { $count } normal
overview-of = { $shown } von { $count } Assets

overview-view = Ansicht
overview-view-tiles = Kacheln
overview-view-tree = Baum
overview-view-plan = Plan
overview-group = Gruppe
overview-group-area = Bereich
overview-group-line = Linie
overview-group-cell = Zelle
overview-group-type = Typ
overview-group-alarm = Alarmpriorität
overview-group-connection = Verbindung
overview-group-none = Keine
overview-sort = Folge
overview-sort-worst = Dringendes zuerst
overview-sort-name = Name
overview-sort-plant = Wie in der Anlage

overview-priority = Priorität { $priority }
overview-no-alarm = Ohne Alarm
overview-no-place = Ohne Ort
overview-no-type = Ohne Typ
overview-no-connection = Ohne Verbindung

overview-level-enterprise = Unternehmen
overview-level-site = Standort
overview-level-area = Bereich
overview-level-line = Linie
overview-level-cell = Zelle

overview-filter = Filter
overview-state-alarm = Alarm
overview-state-alarm-why = Assets mit anstehendem Alarm
overview-state-unack = Unquittiert
overview-state-unack-why = Assets mit einem Alarm, den noch niemand quittiert hat
overview-state-anomaly = Anomalie
overview-state-anomaly-why = Assets, die ein Modell auffällig findet
overview-state-doubt = Veraltet/schlecht
overview-state-doubt-why = Assets ohne Daten, bisher ohne Daten oder mit einem Messwert schlechter Güte
overview-state-standby = Bereitschaft
overview-state-standby-why = Assets, die planmäßig stillstehen
overview-facet-types = Typ
overview-facet-places = Ort
overview-facet-connections = Verbindung
overview-facet-find = In der Liste suchen
overview-facet-nothing = Nichts heißt so.
overview-clear = Filter aufheben
overview-clear-short = Aufheben
overview-text = „{ $text }“
overview-text-show = { $count ->
    [one] Nur dieses Asset in der Übersicht zeigen
   *[other] Nur diese { $count } Assets in der Übersicht zeigen
}
overview-text-key = Strg+Eingabe
overview-text-remove = Suche nach „{ $text }“: entfernen

overview-nothing = Kein Asset passt zum Filter.
overview-nothing-advice = { $count ->
    [one] Die Anlage hat ein Asset; nehmen Sie oben eine Auswahl zurück oder heben Sie den Filter auf, um es zu sehen.
   *[other] Die Anlage hat { $count } Assets; nehmen Sie oben eine Auswahl zurück oder heben Sie den Filter auf, um sie zu sehen.
}
overview-empty = Die Anlage hat noch keine Assets.
overview-empty-discovery = Was die Broker senden, wird unter <a>Erkennung</a> vorgeschlagen, sobald etwas ankommt.
overview-empty-file = Assets können auch in <code>{ $path }</code> eingetragen werden.
overview-tile-standby = Bereitschaft

overview-sum-unack = { $count } unquittiert
overview-sum-doubt = { $count } ohne gute Daten

overview-wall = Großbild
overview-wall-each = Je Seite
overview-wall-seconds = { $seconds } s
overview-wall-leave = Verlassen
overview-wall-page = Seite { $page } von { $count }
overview-wall-held = Angehalten. Leertaste setzt fort, ebenso zwei Minuten ohne Berührung.
overview-wall-no-ack = Vom Großbild aus wird nichts quittiert. Verlassen Sie es zuerst mit Esc.
# On the key of a keyboard.
overview-key-escape = Esc
