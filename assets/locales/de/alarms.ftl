alarms-title = Alarme
alarms-counts = { $standing } anstehend · { $unacknowledged } unquittiert
alarms-standing = Anstehend
alarms-history = Historie
alarms-older = Ältere Alarme
alarms-none-standing = Kein Alarm steht an. Vergangene Alarme stehen unter „Historie“.
alarms-none-recorded = Noch wurde kein Alarm aufgezeichnet.
alarms-none-shown = { $count ->
    [one] Der Filter verbirgt den einzigen Alarm.
   *[other] Der Filter verbirgt alle { $count } Alarme.
}
alarms-shown = { $shown } von { $count } gezeigt
alarms-shown-since = { $shown } von { $count } seit { $since }
alarms-read = { $count } Alarme gelesen: was sich seit { $since } geändert hat.
alarms-searching = Historie wird durchsucht: { $count } Alarme gelesen, zurück bis { $since }
alarms-search-on = Weiter zurück suchen
alarms-not-found = Dieser Alarm steht nicht in der Historie.
alarms-filter = Welche Alarme gezeigt werden
alarms-filter-text = Nach Wörtern filtern
alarms-filter-where = Ort oder Asset
alarms-filter-everywhere = Ganze Anlage
alarms-filter-places = Orte
alarms-filter-assets = Assets mit Alarmen
alarms-filter-priority = Priorität { $priority }: { $count }
alarms-filter-clear = Alle zeigen
alarms-sort = Sortieren nach: { $column }
alarms-open-it = In der Alarmliste zeigen
alarms-of-asset = Alarme dieses Assets
alarms-none-of-asset = Kein Alarm aufgezeichnet.
alarms-asked-for = Die Historie wird nach Alarmen gefragt…
alarms-earlier-of-asset = Frühere Alarme ({ $more })

alarms-priority = Priorität
alarms-raised = Gekommen
alarms-asset = Asset
alarms-what = Was
alarms-state = Zustand
alarms-duration = Dauer
alarms-acknowledged-by = Quittiert
alarms-action = Aktion
alarms-someone = unbekannt

alarms-state-unack-active = Unquittiert
alarms-state-acked-active = Quittiert
alarms-state-unack-returned = Gegangen, unquittiert
alarms-state-normal = Gegangen
alarms-state-normal-after = Gegangen nach { $duration }

alarms-rule-high-high = über Hoch-Hoch { $limit }
alarms-rule-high = über Hoch { $limit }
alarms-rule-low = unter Tief { $limit }
alarms-rule-low-low = unter Tief-Tief { $limit }
alarms-rule-anomaly = über { $limit }
alarms-about-score = Anomaliewert
alarms-about-unknown = Unbekanntes Signal
alarms-mark-acknowledged = Priorität { $priority }, quittiert
alarms-mark-unacknowledged = Priorität { $priority }, unquittiert

alarms-ack = Quittieren
alarms-ack-short = Quitt.
alarms-ack-named = { $action }: { $alarm }
alarms-ack-comment = Mit Kommentar quittieren
alarms-ack-comment-named = Mit Kommentar quittieren: { $alarm }
alarms-comment = Kommentar

alarms-comment-quoted = { $state } · „{ $comment }“
