meanwhile-removed = Diese Verbindung wurde aus der Anlagendatei entfernt, seit Sie sie geöffnet haben. Nichts wurde gespeichert.
meanwhile-back = Diese Verbindung steht wieder in der Anlagendatei. Nichts wurde gespeichert.
meanwhile-changed = Jemand hat diese Verbindung in der Anlagendatei geändert, seit Sie sie geöffnet haben. Nichts wurde gespeichert.
meanwhile-field = Feld
meanwhile-was = Beim Öffnen
meanwhile-is = Jetzt in der Anlagendatei
meanwhile-take = Übernehmen, was jetzt dasteht
meanwhile-take-hint = Ihre Eingaben werden aufgegeben
meanwhile-put-back = Wie ausgefüllt wieder eintragen
meanwhile-overwrite = Mit diesem Formular überschreiben

meanwhile-yes = ja
meanwhile-no = nein
meanwhile-none = nichts
meanwhile-packet = Nachrichten mit { $size }
meanwhile-topics = { $count ->
    [one] { $count } Topic
   *[other] { $count } Topics
}
meanwhile-everything = alles
meanwhile-group = Gruppe { $name }
meanwhile-resource = { $path } (alle { $seconds } s)
meanwhile-resource-observed = { $path } (beobachtet, alle { $seconds } s)
meanwhile-filters = Topic-Filter
meanwhile-persistent = Der Broker hält Nachrichten mit QoS 1 bereit
meanwhile-rebirth = Rebirth-Anforderungen
