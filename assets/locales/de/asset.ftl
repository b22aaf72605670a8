asset-signals = Signale
asset-live = live
asset-live-since = live seit { $time }
asset-standby = in Bereitschaft
asset-standby-since = in Bereitschaft seit { $time }
asset-picks-full = Der Trend zeigt höchstens { $count } Signale. Bitte erst eines entfernen.
asset-never = nie
asset-quality-good = Güte gut

asset-nothing-yet = Seit dem Start nichts empfangen
asset-silent = Keine Daten seit { $duration } · zuletzt { $time }
asset-silent-reason = Keine Daten seit { $duration } · { $reason } { $time }

asset-anomaly = Anomalie seit { $time }
asset-anomaly-score = Anomalie { $score } seit { $time }

asset-why = Warum auffällig
asset-model = Anomaliemodell
asset-score-normal = Wert { $score }, normal unter { $limit }
asset-score-alarm-since = Wert { $score }, Alarm seit { $time }
asset-score-alarm-from = Alarm ab { $limit }
asset-no-model = Kein Anomaliemodell überwacht dieses Asset. Ein Typ in der Anlagendatei kann eines nennen.
asset-model-fault = Das Modell läuft nicht: { $fault }
asset-learned = Gelernt aus: { $source }.
asset-no-score = Noch kein Wert. Der erste folgt, sobald alle Eingänge angekommen sind.
asset-abstains = Das Modell enthält sich.
asset-share = gemessen <b>{ $seen }</b> · erwartet { $expected }
asset-shares = Anteile der Signale
asset-how = Wie es arbeitet
asset-evidence = Zurück zu den Belegen

asset-wrong-unknown = Wie oft es irrt, ist nicht bekannt: Es wurden keine Daten zurückgehalten
asset-wrong-hours = { $hours } Stunden
asset-wrong-days = { $days } Tagen
asset-wrong = { $count ->
    [one] { $count } Fehlalarm in { $span } zurückgehaltener Daten
   *[other] { $count } Fehlalarme in { $span } zurückgehaltener Daten
}
asset-wrong-bound = { $count ->
    [one] { $count } Fehlalarm in { $span } zurückgehaltener Daten (unter { $rate } am Tag, { $sure })
   *[other] { $count } Fehlalarme in { $span } zurückgehaltener Daten (unter { $rate } am Tag, { $sure })
}
asset-abstains-standby = nicht in Betrieb
asset-abstains-settling = läuft noch zu kurz: es äußert sich in { $minutes } min
asset-abstains-model = das Modell konnte nicht ausgeführt werden
asset-abstains-input = { $name }: { $reason }
asset-abstains-some-input = ein Eingang: { $reason }
