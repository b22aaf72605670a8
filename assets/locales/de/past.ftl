past-bar = Zeitleiste
past-word = RÜCKBLICK
past-at = Datum und Uhrzeit in der Zeitzone der Anlage
past-strip = Gezeigter Zeitpunkt. Pfeiltasten gehen um eine Minute, mit Umschalttaste um eine Stunde; Bild auf und Bild ab gehen zu Alarmen; Ende führt zurück zu Live.
past-steps = Schritte
past-earlier = Eine Minute früher (Umschalttaste: eine Stunde)
past-later = Eine Minute später (Umschalttaste: eine Stunde)
past-alarm-before = Voriger Alarm
past-alarm-after = Nächster Alarm
past-span = Zeitraum der Zeitleiste
past-play = Abspielen
past-pause = Anhalten
past-pace = Geschwindigkeit
past-live = Live
past-alarms = { $count ->
    [one] { $count } Alarm
   *[other] { $count } Alarme
}

past-reading = { $time } wird gelesen …
past-nothing = Vor diesem Zeitpunkt wurde nichts aufgezeichnet.
past-future = Dieser Zeitpunkt liegt in der Zukunft.
past-no-earlier = Davor wurde kein Alarm ausgelöst.
past-no-later = Danach wurde kein Alarm ausgelöst.
past-no-ack = Dies ist ein Rückblick. Zum Quittieren zurück zu Live (L).
past-no-edit = Dies ist ein Rückblick. Für Änderungen zurück zu Live (L).
past-present-screen = Diese Ansicht zeigt die Gegenwart. Für Änderungen zurück zu Live (L).
past-no-shares = Der Beitrag der einzelnen Signale wird nicht aufbewahrt, nur der Anomaliewert.
past-no-score = Zu diesem Zeitpunkt gibt es keinen Anomaliewert.

past-news = { $count ->
    [one] { $count } neuer Alarm seit { $time }
   *[other] { $count } neue Alarme seit { $time }
}
past-news-show = Zurück zu Live und zu den Alarmen

past-trend-ends = Endet um { $time }
past-trend-to = Bis { $time }
past-left = Dies ist die Anlage von jetzt. Beim Schließen zeigte das Fenster { $time }.
