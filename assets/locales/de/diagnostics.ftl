diagnostics-title = Diagnose
diagnostics-sections = Teile der Diagnose
diagnostics-rates = Raten
diagnostics-messages = Nachrichten
diagnostics-sessions = Sitzungen
diagnostics-dropped = Verluste
diagnostics-program = Programm
diagnostics-asking = Wird ermittelt …
diagnostics-may-be-old = Was gezeigt wird, kann veraltet sein.
diagnostics-pause = Anhalten
diagnostics-go-on = Fortsetzen
diagnostics-no-connection = Nichts ist verbunden, also kommt nichts.
diagnostics-to-connections = Zu den Verbindungen
diagnostics-gone-connection = eine Verbindung, die es nicht mehr gibt
diagnostics-own-program = Twinscope

diagnostics-rate = { $rate }/s
diagnostics-per-s = Nachrichten/s
diagnostics-bytes-per-s = Bytes/s
diagnostics-all-messages = Nachrichten je Sekunde
diagnostics-all-bytes = je Sekunde
diagnostics-all-topics = { $count ->
    [one] Topic
   *[other] Topics
}
diagnostics-all-silent = seit mindestens einer Minute still
diagnostics-filter = Topics filtern
diagnostics-connection = Verbindung
diagnostics-all-connections = Alle Verbindungen
diagnostics-order = Sortieren nach
diagnostics-order-messages = Nachrichten
diagnostics-order-bytes = Bytes
diagnostics-order-silence = Längste Stille
diagnostics-topic = Topic
diagnostics-share = Anteil
diagnostics-so-far = Bisher
diagnostics-last = Letzte Nachricht
diagnostics-ago = vor { $duration }
diagnostics-floods = <b>{ $topic }</b> bringt { $share } aller Nachrichten. Wenn niemand es braucht: Topic-Filter von { $connection } enger fassen oder den Absender seltener senden lassen.
diagnostics-rates-hint = Gezählt über die letzten 5 bis 10 Sekunden. Ein Topic zeigt seine Nachrichten.
diagnostics-fitting = { $count ->
    [one] { $count } Topic
   *[other] { $count } Topics
}
diagnostics-fitting-of = { $shown } von { $count } Topics
diagnostics-show-more = Mehr zeigen
diagnostics-show-new = { $count ->
    [one] { $count } neues Topic zeigen
   *[other] { $count } neue Topics zeigen
}
diagnostics-no-topics = Noch ist nichts gekommen. Ein Topic steht hier mit seiner ersten Nachricht.
diagnostics-no-topic-has = Kein Topic enthält „{ $text }“.
diagnostics-beyond = { $count ->
    [one] { $count } Nachricht kam auf Topics jenseits der ersten { $most } einer Verbindung, bei langen Namen früher. Sie zählt nur in den Summen.
   *[other] { $count } Nachrichten kamen auf Topics jenseits der ersten { $most } einer Verbindung, bei langen Namen früher. Sie zählen nur in den Summen.
}

diagnostics-tap-none = Kein Topic wird betrachtet
diagnostics-tap-none-why = Wählen Sie eines unter Raten, oder geben Sie es hier ein. Seine Nachrichten werden so gezeigt, wie sie kamen, und was aus ihnen wurde.
diagnostics-tap-start = Betrachten
diagnostics-tap-again = Erneut betrachten
diagnostics-tap-other = Anderes Topic
diagnostics-tap-wildcard = Ein einzelnes Topic, ohne + und #.
diagnostics-tap-ended = Die Betrachtung ist beendet, weil 10 Minuten niemand hinsah oder die Verbindung neu aufgebaut wurde.
diagnostics-tap-waiting = Seit { $duration } ist nichts gekommen. Die nächste Nachricht erscheint hier.
diagnostics-tap-seen = { $count ->
    [one] { $count } Nachricht seit { $time }
   *[other] { $count } Nachrichten seit { $time }
}
diagnostics-tap-passed = { $count ->
    [one] { $count } davon nicht behalten: mehr als 20 in einer Sekunde
   *[other] { $count } davon nicht behalten: mehr als 20 in einer Sekunde
}
diagnostics-follow = Der neuesten folgen
diagnostics-message-gone = Diese Nachricht wird nicht mehr behalten; sie steht hier, wie sie war.
diagnostics-message-lost = Diese Nachricht wird nicht mehr behalten. Anhalten behält alle, die aufgelistet sind.
diagnostics-qos = QoS { $qos }
diagnostics-retained = retained
diagnostics-repeated = erneut zugestellt
diagnostics-values = { $count ->
    [one] { $count } Wert
   *[other] { $count } Werte
}
diagnostics-outcome-read = Gelesen als { $convention }
diagnostics-outcome-held = Zurückgehalten: wartet auf die Birth-Nachricht, die sie erklärt
diagnostics-outcome-rejected = Nicht lesbar
diagnostics-outcome-nothing = Gelesen; ohne Werte
diagnostics-decoded = Dekodiert
diagnostics-payload = Nutzdaten
diagnostics-properties = Eigenschaften
diagnostics-content-type = Inhaltstyp
diagnostics-properties-left-out = { $count ->
    [one] { $count } weitere wurde ausgelassen
   *[other] { $count } weitere wurden ausgelassen
}
diagnostics-path = Pfad
diagnostics-value = Wert
diagnostics-quality = Güte
diagnostics-time = Zeit
diagnostics-time-own = Zeit der Quelle
diagnostics-time-arrival = Zeit der Ankunft: Die Quelle gab keine, oder keine glaubhafte
diagnostics-feeds = Speist
diagnostics-feeds-nothing = kein Signal
diagnostics-feeds-ignored = von der Anlagendatei ignoriert
diagnostics-historical = nur für die Historie
diagnostics-transient = nicht zu speichern
diagnostics-more-fields = { $count ->
    [one] { $count } weiterer Wert ist nicht aufgelistet.
   *[other] { $count } weitere Werte sind nicht aufgelistet.
}
diagnostics-left-out-values = { $count ->
    [one] { $count } Wert wurde ausgelassen. Die Nachricht ist ganz aufbewahrt.
   *[other] { $count } Werte wurden ausgelassen. Die Nachricht ist ganz aufbewahrt.
}
diagnostics-event-node-birth = Birth-Nachricht des Knotens { $source }
diagnostics-event-node-death = Death-Nachricht des Knotens { $source }
diagnostics-event-device-birth = Birth-Nachricht des Geräts { $source }
diagnostics-event-device-death = Death-Nachricht des Geräts { $source }
diagnostics-event-gap = Nachrichten von { $source } fehlen
diagnostics-event-rebirth-wanted = Eine Birth-Nachricht von { $source } wird gebraucht
diagnostics-event-online = { $source } ist da
diagnostics-event-offline = { $source } ist weg
diagnostics-event-sleeping = { $source } schläft
diagnostics-event-described = { $source } beschreibt sich

diagnostics-as-json = Baum
diagnostics-as-text = Text
diagnostics-as-bytes = Bytes
diagnostics-empty-payload = Die Nutzdaten sind leer.
diagnostics-payload-cut = Die ersten { $shown } von { $size }.
diagnostics-json-cut = Der Baum ist länger oder tiefer, als hier gezeigt wird.
diagnostics-show-all = Alles zeigen
diagnostics-fold = { $name } zuklappen
diagnostics-unfold = { $name } aufklappen
diagnostics-members = { $count ->
    [one] { $count } Element
   *[other] { $count } Elemente
}

diagnostics-doctor = Verbindung prüfen
diagnostics-doctor-why = Geht Name, Netz, Verschlüsselung, Anmeldung und Topic-Filter durch und sagt, welcher Schritt scheitert
diagnostics-no-sparkplug = Auf ihr wurde kein Sparkplug-Knoten gehört: Es gibt keine Sitzungen zu betrachten.

diagnostics-nothing-dropped = Nichts ging verloren
diagnostics-nothing-dropped-why = Seit { $time } wurde jede Nachricht gelesen und jeder Messwert daraus gespeichert.
diagnostics-what = Was geschah
diagnostics-where = Wo
diagnostics-since-start = Seit dem Start
diagnostics-ever = In aller Historie
diagnostics-todo = Was zu tun ist
diagnostics-show-evidence = Nachrichten zeigen: { $what }
diagnostics-evidence-none = Die Historie behält keine dieser Nachrichten mehr.
diagnostics-evidence-kept = { $count ->
    [one] Die eine Nachricht ist als Beleg aufbewahrt.
   *[other] Alle { $count } sind als Beleg aufbewahrt.
}
diagnostics-evidence-part = { $kept } von { $total } sind als Beleg aufbewahrt. Die älteren haben Platz gemacht: Alle unlesbaren Nachrichten zusammen dürfen 256 MB belegen, und die Art, die am meisten belegt, weicht zuerst.
diagnostics-evidence-older = Ältere
diagnostics-drop-queue = Verlorene Nachrichten: kamen schneller, als sie aufgenommen werden können
diagnostics-drop-rate = Nachrichten über der Ratengrenze
diagnostics-drop-not-stored = Messwerte gezeigt und nicht gespeichert
diagnostics-drop-reject = Nachrichten, die nicht oder nicht ganz gelesen werden konnten
diagnostics-drop-scores = Anomaliewerte übersprungen: Die Modelle sind zu langsam
diagnostics-drop-names = Werte, für die in der Historie bis zur Annahme kein Platz war
diagnostics-drop-frames = Bilder der Anlage, auf dem Weg zum Fenster verloren
diagnostics-drop-notices = Benachrichtigungen ausgelassen: zu viele auf einmal
diagnostics-drop-skipped = Ausgelassene Werte: Ihre Nachrichten sind ganz aufbewahrt
diagnostics-drop-properties = Eigenschaften jenseits von 32, oder 8 kB, je Nachricht
diagnostics-todo-queue = Topic-Filter enger fassen, oder QoS 1 und eine dauerhafte Sitzung verlangen. Raten zeigt, was flutet.
diagnostics-todo-rate = Topic-Filter enger fassen, oder die Ratengrenze der Verbindung anheben.
diagnostics-todo-not-stored = Dafür sorgen, dass die Historie beschreibbar ist: Die Statuszeile sagt, was sie hindert.
diagnostics-todo-scores = Weniger Assets mit Modellen überwachen, oder dem Rechner mehr Kerne geben.
diagnostics-todo-names = Topic-Filter enger fassen, Gewünschtes annehmen, oder Unerwünschtes unter [discovery] ignore nennen.
diagnostics-todo-frames = Nichts: Das Fenster hat alles neu angefordert. Hört es nicht auf, andere Programme schließen.
diagnostics-todo-notices = Nichts: Die Alarmliste enthält jeden Alarm.
diagnostics-todo-skipped = Nichts ist verloren: Die nicht lesbaren Nachrichten zeigen, woran es liegt.
diagnostics-todo-properties = Nichts: Ihre Werte wurden übernommen. Ihr Absender fügt sehr viele hinzu.
diagnostics-help-size = Den Absender weniger auf einmal senden lassen, oder die größten Nutzdaten der Verbindung anheben.
diagnostics-help-text = Unter [[connection.payload]] angeben, wie diese Bytes zu lesen sind, oder das Topic auslassen.
diagnostics-help-json = Den Absender gültiges und flacheres JSON senden lassen, oder das Topic auslassen.
diagnostics-help-birth = Unter Sitzungen eine neue Birth-Nachricht anfordern, oder solche Anforderungen auf der Verbindung erlauben.
diagnostics-help-sparkplug = Den Absender prüfen: Was er im Sparkplug-Namensraum sendet, ist kein Sparkplug B.
diagnostics-help-room = Topic-Filter enger fassen, oder die Topic-Grenze der Verbindung anheben.
diagnostics-help-addresses = Topic-Filter enger fassen, oder die Grenze für Adressen der Verbindung anheben.
diagnostics-help-long = Den Absender kürzere Topics und Namen verwenden lassen, oder das Topic auslassen: Eine Adresse hat höchstens 1024 Bytes.
diagnostics-help-stored = Dafür sorgen, dass die Historie beschreibbar ist: Die Statuszeile sagt, was sie hindert.
diagnostics-help-partly = Die Nachricht ansehen: Ihre übrigen Werte sind in der Historie. Texte haben höchstens 64 KiB, und eine ältere Version wird nicht noch einmal gelesen.
diagnostics-help-sender = Den Absender prüfen: Die Nachricht zeigt, was er gesendet hat.

diagnostics-reject-topic = Topic, das MQTT nicht erlaubt
diagnostics-reject-payload-too-large = Nutzdaten zu groß
diagnostics-reject-too-large = Nutzdaten zu groß, um überhaupt gelesen zu werden
diagnostics-reject-malformed = Fehlerhaftes Paket
diagnostics-reject-utf8 = Text, der kein UTF-8 ist
diagnostics-reject-binary = Bytes eines unbekannten Formats
diagnostics-reject-json-syntax = Fehlerhaftes JSON
diagnostics-reject-json-too-deep = JSON zu tief verschachtelt
diagnostics-reject-json-too-many-values = JSON mit zu vielen Werten
diagnostics-reject-sparkplug-truncated = Sparkplug-Nutzdaten, die zu früh enden
diagnostics-reject-sparkplug-malformed = Fehlerhafte Sparkplug-Nutzdaten
diagnostics-reject-sparkplug-no-seq = Sparkplug-Nutzdaten ohne Sequenznummer
diagnostics-reject-sparkplug-no-birth = Sparkplug-Daten ohne Birth-Nachricht
diagnostics-reject-sparkplug-topic = Kein Sparkplug-Topic
diagnostics-reject-sparkplug-too-many-metrics = Sparkplug-Nutzdaten mit zu vielen Metriken
diagnostics-reject-topic-limit = Mehr Topics, als die Verbindung haben darf
diagnostics-reject-address-limit = Mehr Werte, als die Verbindung Adressen haben darf
diagnostics-reject-address-too-long = Adresse zu lang
diagnostics-reject-source-limit = Mehr Knoten oder Geräte, als die Verbindung haben darf
diagnostics-reject-description = Gerätebeschreibung, die nicht zu verstehen ist
diagnostics-reject-inflate = Komprimierte Nutzdaten, die sich nicht entpacken lassen
diagnostics-reject-senml = Fehlerhaftes SenML
diagnostics-reject-layout = Weniger Bytes, als das Layout verlangt
diagnostics-reject-csv = Zeile ohne die festgelegten Spalten
diagnostics-reject-partly-read = Bis auf einige Werte gelesen: Die Nachricht ist ganz aufbewahrt
diagnostics-reject-not-stored = Messwerte, die die Historie nicht aufnehmen konnte

diagnostics-over = Gemessen über { $duration }
diagnostics-running = Läuft seit { $duration }
diagnostics-spans = Von der Nachricht zum Bildschirm und auf die Platte
diagnostics-half = 50 % binnen
diagnostics-most = 99 % binnen
diagnostics-count = Anzahl
diagnostics-span-twin = Ankunft bis Zwilling
diagnostics-span-durable = Ankunft bis Historie
diagnostics-span-commit = Ein Commit
diagnostics-spans-hint = Von jedem Stapel zählt die älteste Nachricht für alle.
diagnostics-queues = Was wartet
diagnostics-queue-arrived = Noch ungelesen: { $name }
diagnostics-queue-jobs = Stapel für die Historie
diagnostics-queue-held = Zurückgehaltene Nachrichten
diagnostics-queue-ring = Zurückgehaltene Messwerte
diagnostics-waiting = Jetzt
diagnostics-peak = Höchstens
diagnostics-room = Platz
diagnostics-throughput = Durchsatz
diagnostics-messages-per-s = Nachrichten
diagnostics-samples-per-s = Messwerte aufgenommen
diagnostics-stored-per-s = Messwerte gespeichert
diagnostics-commits-per-s = Commits
diagnostics-history = Historie
diagnostics-history-size = Auf der Platte
diagnostics-journal = Wartet auf Verdichtung
diagnostics-journal-samples = { $count ->
    [one] { $count } Messwert
   *[other] { $count } Messwerte
}
diagnostics-disk = Frei auf der Platte
diagnostics-disk-of = { $free } von { $size }
diagnostics-machine = Speicher und Prozessor
diagnostics-memory = Speicher
diagnostics-cpu = Von einem Kern
diagnostics-process = Prozess
diagnostics-all-processes = Zusammen, auf { $cores ->
    [one] { $cores } Kern
   *[other] { $cores } Kernen
}
diagnostics-machine-hint = Speicher, den Prozesse teilen, zählt in jedem.
diagnostics-not-told = Dieses System sagt es nicht.
diagnostics-window = Dieses Fenster
diagnostics-pictures = Bilder, die es zeichnen kann
diagnostics-batches = Gezeichnete Stapel von Messwerten
diagnostics-longest = Längstes Warten auf ein Bild
diagnostics-longest-hint = in den letzten 10 s
diagnostics-frames = Angekommene Frames
diagnostics-frames-lost = Verlorene Frames
diagnostics-measuring = misst …
