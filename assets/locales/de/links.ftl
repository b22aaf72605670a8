links-title = Verbindungen
links-counts = { $count ->
    [one] { $count } Verbindung · { $up } verbunden
   *[other] { $count } Verbindungen · { $up } verbunden
}
links-new = Verbindung
links-none = Nichts ist verbunden
links-none-why = Fügen Sie den Broker hinzu, den Ihre Anlage schon hat, oder ein Gerät, das CoAP spricht. Twinscope hört nur zu und fragt nach dem, was Sie nennen.
links-add = Verbindung hinzufügen
links-edit = Bearbeiten
links-remove = Entfernen

links-state-up = Verbunden
links-state-connecting = Verbindet
links-state-down = Nicht verbunden, neuer Versuch läuft
links-state-taken-over = Angehalten: Ein anderer Client benutzt diese Client-Id
links-lasting = seit { $duration }
links-spoken-coap = { $count ->
    [one] CoAP · { $count } Ressource
   *[other] CoAP · { $count } Ressourcen
}
links-spoken-mqtt = { $protocol } · Client-Id { $id }
links-open-to-all = Jeder auf dem Weg kann Werte mitlesen und fälschen.

links-messages = Nachrichten
links-samples = Messwerte gespeichert
links-skipped = Ausgelassen
links-skipped-hint = Werte, die keine Signale wurden, etwa Texte über 64 KiB: Ihre Nachrichten sind unten ganz aufbewahrt
links-not-stored = Nicht gespeichert
links-not-stored-hint = Messwerte mit QoS 0, die gezeigt wurden, während die Historie nicht beschreibbar war, und darin fehlen
links-dropped = Verworfen
links-rejected = Abgewiesen
links-unmapped = Nicht in der Anlagendatei
links-topics = Topics
links-topics-of = { $count } von { $most }
links-topics-counted = { $count }, gezählt als { $shares } von { $most }
links-topics-hint = Gehörte Topics und wie viele die Verbindung haben darf. Nachrichten auf weiteren Topics werden abgewiesen. Ein Name von mehr als 100 Bytes zählt als zwei Topics, von mehr als 612 als drei, weil er so viel Speicher braucht.
links-rate = Ratengrenze
links-rate-messages = { $rate } Nachrichten/s
links-rate-bytes = { $size }/s
links-rate-hint = Darüber werden Nachrichten mit QoS 0 verworfen; jene mit QoS 1 und 2 warten beim Broker.
links-throttled = Über der Ratengrenze
links-throttled-hint = Nachrichten mit QoS 0, die schneller kamen, als die Ratengrenze erlaubt. Sie zählen als verworfen.

links-rejects = Nachrichten, die nicht oder nicht ganz gelesen werden konnten
links-reject-reason = Grund
links-reject-count = Anzahl
links-reject-last = Letztes Beispiel
links-reject-when = Wann
links-addresses = Adressen
links-addresses-hint = Gehörte Werte auf allen Topics zusammen, jeder unter einer eigenen Adresse, und wie viele die Verbindung haben darf. Nachrichten mit weiteren werden abgewiesen. Eine von mehr als 512 Bytes zählt als zwei, weil sie so viel Speicher braucht.
links-addresses-list = Adressen auflisten
links-addresses-hide = Adressen ausblenden
links-heard-address = Adresse
links-heard-value = Letzter Wert
links-heard-count = Anzahl
links-heard-age = Alter
links-heard-hint = Eine Adresse wird zum Signal, wenn ein Asset in der Anlagendatei sie als Quelle nennt. Die Erkennung schlägt dafür Assets vor.

links-rebirth-title = { $node } um eine neue Birth-Nachricht bitten?
links-rebirth-why = Twinscope veröffentlicht einen einzigen Befehl, Node Control/Rebirth. Der Knoten sendet dann alle Metriken noch einmal; am Prozess ändert sich nichts.
links-rebirth-ask = Anfordern
links-rebirth-asked = Neue Birth-Nachricht von { $node } angefordert. Die Werte sind wieder gut, sobald sie da ist.
links-remove-title = { $name } entfernen?
links-remove-why = Ihre Signale erhalten keine Werte mehr. Historie, Alarme und die Assets der Anlage bleiben.
links-removed = { $name } wurde entfernt. Was sie geliefert hat, bleibt in der Historie.

links-properties = Eigenschaften ausgelassen
links-properties-hint = Eigenschaften von MQTT-5-Nachrichten über 32 Benutzereigenschaften oder 8 kB je Nachricht hinaus. Ihre Werte wurden trotzdem übernommen.

links-filters-refused = abgelehnt: { $filters }

links-security-plain = unverschlüsselt
links-security-certificate = Client-Zertifikat
links-security-system = Zertifizierungsstellen des Systems
links-security-own = eigene Zertifizierungsstelle
links-security-shared = vorab geteilter Schlüssel
links-security-name = geprüft auf den Namen „{ $name }“
