meanwhile-changed = Jemand hat diese Verbindung in der Anlagendatei geändert, seit Sie sie geöffnet haben. Es wurde nichts gespeichert.
meanwhile-removed = Diese Verbindung wurde aus der Anlagendatei entfernt, seit Sie sie geöffnet haben. Es wurde nichts gespeichert.
meanwhile-back = Diese Verbindung steht wieder in der Anlagendatei. Es wurde nichts gespeichert.
meanwhile-column-field = Feld
meanwhile-column-was = Beim Öffnen
meanwhile-column-is = Jetzt in der Anlagendatei
meanwhile-take = Jetzigen Stand übernehmen
meanwhile-take-hint = Was Sie eingegeben haben, wird verworfen
meanwhile-overwrite = Mit diesem Formular überschreiben
meanwhile-put-back = Wie eingegeben wiederherstellen

meanwhile-yes = ja
meanwhile-no = nein
meanwhile-none = keine

meanwhile-name = Name
meanwhile-protocol = Protokoll
meanwhile-host = Host
meanwhile-port = Port
meanwhile-ca = CA-Datei
meanwhile-certificate = Client-Zertifikat
meanwhile-key = Client-Schlüssel
meanwhile-identity = Identität
meanwhile-user = Benutzer
meanwhile-filters = Topic-Filter
meanwhile-filter = { $filter } (QoS { $qos })
meanwhile-filter-everything = { $filter }, alles
meanwhile-filter-share = { $filter }, Gruppe { $group }
meanwhile-resources = Ressourcen
meanwhile-resource = { $path } (alle { $seconds } s)
meanwhile-resource-observed = { $path } (beobachtet, alle { $seconds } s)
meanwhile-kept = Der Broker bewahrt QoS-1-Nachrichten auf
meanwhile-rebirth = Rebirth-Anforderungen
meanwhile-websocket = Über WebSocket
meanwhile-alpn = Anwendungsprotokolle (ALPN)
meanwhile-revocation = Sperrliste
meanwhile-server-name = Name im Zertifikat des Brokers
meanwhile-client-id = Client-ID
meanwhile-keep-alive = Keep-Alive
meanwhile-session-expiry = Broker behält die Sitzung
meanwhile-seconds = { $count } s
meanwhile-limits = Grenzen
meanwhile-limit-packet = Nachrichten von { $size }
meanwhile-limit-topics = { $count ->
    [one] { $count } Topic
   *[other] { $count } Topics
}
meanwhile-limit-addresses = { $count } Adressen
meanwhile-limit-rate = { $count } Nachrichten/s
meanwhile-reorder = Warten auf fehlende Sparkplug-Nachricht
