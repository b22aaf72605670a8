discovery-title = Erkennung
discovery-heard = { $count ->
    [one] { $count } Wert kommt an, den kein Asset der Anlage hat · { $samples } Messwerte davon
   *[other] { $count } Werte kommen an, die kein Asset der Anlage hat · { $samples } Messwerte davon
}
discovery-left-alone = Nicht beachtet: { $count }
discovery-may-be-old = Das Gezeigte kann veraltet sein.
discovery-left-out = { $count ->
    [one] { $count } Ding wurde ausgelassen, weil eine Grenze erreicht war
   *[other] { $count } Dinge wurden ausgelassen, weil eine Grenze erreicht war
}
discovery-looking = Empfangenes wird durchgesehen …
discovery-reading = Signale werden gelesen …
discovery-heard-link = { $count ->
    [one] { $count } Wert kommt an, der nicht in der Anlage ist: ansehen
   *[other] { $count } Werte kommen an, die nicht in der Anlage sind: ansehen
}

discovery-no-broker = Noch ist kein Broker verbunden
discovery-no-broker-why = Verbinden Sie den Broker Ihrer Anlage. Was dort ankommt, wird hier als Assets, Signale, Einheiten und Typen vorgeschlagen.
discovery-add = Verbindung hinzufügen
discovery-none-up = Keine Verbindung steht
discovery-none-up-why = Solange keine steht, kommt nichts an. Ihre Karte sagt, warum, und der Test, welcher Schritt fehlschlägt.
discovery-to-connections = Verbindungen ansehen
discovery-silent = Verbunden, aber noch kam nichts an
discovery-silent-why = { $count ->
    [one] { $count } Verbindung steht, doch keine Nachricht kam. Bleibt es so, prüfen Sie, ob die Anlage unter diesen Topic-Filtern veröffentlicht.
   *[other] { $count } Verbindungen stehen, doch keine Nachricht kam. Bleibt es so, prüfen Sie, ob die Anlage unter diesen Topic-Filtern veröffentlicht.
}
discovery-to-filters = Topic-Filter ansehen
discovery-complete = Alles, was ankommt, ist in der Anlage
discovery-complete-why = Neue Geräte erscheinen hier von selbst. Um mehr zu hören, weitere Topics abonnieren.
discovery-to-overview = Zur Übersicht

discovery-found = Gefunden
discovery-filter = Name, Id oder Topic
discovery-filter-label = Zeigen, was dies in Name, Id oder Topic hat
discovery-connection = Verbindung
discovery-connections-all = Alle Verbindungen
discovery-count-found = { $count ->
    [one] { $count } Asset gefunden
   *[other] { $count } Assets gefunden
}
discovery-count-fit = { $count ->
    [one] { $count } Asset passt
   *[other] { $count } Assets passen
}
discovery-show-waiting = { $count } weitere: zeigen
discovery-nothing-has = Nichts Gefundenes hat „{ $text }“ in Name, Id oder Topic.
discovery-nothing-left = Alles, was diese Verbindung hört, ist in der Anlage.
discovery-listed = { $shown } von { $count } sind aufgelistet.
discovery-list-more = { $count } weitere
discovery-tick-none = Nichts ankreuzen
discovery-accept-counted = { $what } übernehmen
discovery-tick-several = Mehrere ankreuzen, um sie auf einmal zu übernehmen.
discovery-tree = Gefundene Assets
discovery-tree-more = weitere Signale eines Assets der Anlage
discovery-more-of-it = mehr davon
discovery-edited = bearbeitet
discovery-assets-signals = { $assets }, { $signals }

discovery-as-proposed = Wie vorgeschlagen
discovery-not-this = Dies nicht
discovery-accept-signals = { $count ->
    [one] { $count } Signal übernehmen
   *[other] { $count } Signale übernehmen
}
discovery-joins = Die Anlagendatei hat dieses Asset: Die Signale kommen zu <b>{ $name }</b> (<code>{ $id }</code>), { $place }, { $type }.
discovery-joins-id = Die Anlagendatei hat <code>{ $id }</code>: Die Signale kommen zu <b>{ $name }</b>, das Name, Ort und Typ behält.
discovery-name = Name
discovery-id = Id
discovery-id-hint = Mit der Id eines vorhandenen Assets kommen die Signale zu diesem
discovery-place = Ort
discovery-type = Typ
discovery-more-reasons = { $count ->
    [one] { $count } weiterer Grund
   *[other] { $count } weitere Gründe
}
discovery-signals-of = Signale von { $name }
discovery-accept-all = Alle Signale übernehmen
discovery-signal = Signal
discovery-signals-waiting = { $count ->
    [one] { $count } weiteres gefunden: zeigen
   *[other] { $count } weitere gefunden: zeigen
}
discovery-unit = Einheit
discovery-kind = Art und Werte
discovery-last-value = Letzter Wert
discovery-count = Anzahl
discovery-why = Warum
discovery-more-ticked = { $count } weitere werden mit übernommen, solange sie angekreuzt sind.
discovery-show-more = { $count } weitere zeigen
discovery-more-hidden-left = { $count } weitere sind nicht gezeigt. Sie werden nicht übernommen, solange hier Signale geändert sind.
discovery-more-hidden-taken = { $count } weitere sind nicht gezeigt. Sie werden mit den übrigen übernommen.
discovery-accept-one = { $name } übernehmen
discovery-name-of = Name von { $name }
discovery-id-of = Id von { $name }
discovery-unit-of = Einheit von { $name }
discovery-no-unit = keine
discovery-no-value = noch kein Wert
discovery-id-shared = Ein anderes Signal hat diese Id.
discovery-id-needed = Bitte eine Id geben.
discovery-id-form = Mit a–z oder 0–9 beginnen und nur a–z, 0–9, - und _ verwenden.
discovery-choice-new = { $name } (neu)
discovery-choose-place-list = Ort aus der Liste wählen
discovery-choose-type-list = Typ aus der Liste wählen
discovery-choose-another = Etwas anderes, neu …

discovery-why-unknown = Warum, ist nicht bekannt.
discovery-why-of = Warum { $name }: { $grounds }
discovery-why-word = warum
discovery-ground-said = Gesagt
discovery-ground-seen = Gesehen
discovery-ground-guessed = Vermutet
discovery-grounds-said = gesagt
discovery-grounds-seen = gesehen
discovery-grounds-guessed = vermutet
discovery-sure = Sicher
discovery-sure-why = die Quelle sagt, was es ist
discovery-likely = Wahrscheinlich
discovery-likely-why = die Konvention sagt, welche Werte zusammengehören
discovery-guess = Vermutung
discovery-guess-why = aus der Form der Topics gelesen: genau hinsehen
discovery-no-convention = Keine Konvention
discovery-kind-unknown = noch nicht bekannt
discovery-kind-number = Zahl
discovery-kind-whole-number = ganze Zahl
discovery-kind-on-off = ein/aus
discovery-kind-text = Text
discovery-value-on = ein
discovery-value-off = aus
discovery-values-range = Bereich { $low } bis { $high }
discovery-values-range-only = Bereich nur { $only }
discovery-values-seen = gesehen { $low } bis { $high }
discovery-values-seen-only = gesehen nur { $only }
discovery-values-states = gesehen { $states }
discovery-values-states-more = gesehen { $states } und andere

discovery-accept-title = { $what } übernehmen?
discovery-accept-reading = Anlagendatei wird gelesen …
discovery-accept-faults = So kann es nicht übernommen werden. Nichts wurde geschrieben.
discovery-accept-more-faults = Und { $count } weitere.
discovery-accept-lines = { $count ->
    [one] { $count } Zeile kommt in <b>{ $path }</b>. Kommentare und Reihenfolge bleiben.
   *[other] { $count } Zeilen kommen in <b>{ $path }</b>. Kommentare und Reihenfolge bleiben.
}
discovery-accept-replaced = { $count ->
    [one] { $count } Zeile wird ersetzt.
   *[other] { $count } Zeilen werden ersetzt.
}
discovery-accept-keeps = Was in der letzten Zeit ({ $duration }) ankam, kommt mit in die Historie.
discovery-accept-region = Zeilen der Anlagendatei
discovery-accept-more-lines = { $count ->
    [one] { $count } weitere Zeile
   *[other] { $count } weitere Zeilen
}
discovery-accept-line-added = hinzugefügt:
discovery-accept-line-removed = entfernt:
discovery-accept-writing = plant.toml wird geschrieben. Das lässt sich nicht mehr anhalten.
discovery-accept-back = Zurück und berichtigen
discovery-accept-again = Erneut ansehen
discovery-accept-write = In plant.toml schreiben

discovery-ignored-title = Nicht beachtete Topics
discovery-ignored-why = Unter diesen Topic-Filtern und Adressen wird nichts vorgeschlagen. Sie stehen in der Anlagendatei unter <code>[discovery] ignore</code>.
discovery-ignored-none = Keine.
discovery-propose-again = Wieder vorschlagen
discovery-propose-again-named = { $filter } wieder vorschlagen

discovery-told-written = { $count ->
    [one] { $what } in plant.toml eingetragen.
   *[other] { $what } in plant.toml eingetragen.
}
discovery-told-open = { $name } öffnen
discovery-told-waiting = { $name }: Die Anlage übernimmt es …
discovery-told-ignored = <b>{ $name }</b> wird ab jetzt nicht mehr beachtet.
discovery-told-undo = Rückgängig
discovery-told-again = <code>{ $filter }</code> wird wieder vorgeschlagen, sobald es das nächste Mal ankommt.

discovery-connection-gone = Die Verbindung „{ $name }“ ist nicht mehr in der Anlage: Gezeigt wird, was alle anderen hören.
discovery-no-room = { $name }: { $lost } Werte oder Beschreibungen fanden keinen Platz unter { $count } Adressen, die niemand übernommen hat. Gewünschtes übernehmen, den Rest ignorieren oder weniger abonnieren.
discovery-days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
discovery-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
