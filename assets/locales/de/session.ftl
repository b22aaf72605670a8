session-title = Sparkplug-Knoten und -Geräte
session-in-order = alles in Ordnung
session-troubled = { $troubled } von { $count } mit Befunden, die schlimmsten zuerst
session-held = { $count ->
    [one] { $count } Nachricht zurückgehalten, bis eine Birth-Nachricht kommt
   *[other] { $count } Nachrichten zurückgehalten, bis eine Birth-Nachricht kommt
}
session-name = Knoten oder Gerät
session-state = Zustand
session-last-birth = Letzter Birth
session-metrics = Metriken
session-findings = Befunde
session-actions = Aktionen
session-details = Einzelheiten zu { $name }
session-none-heard = keine gehört
session-rebirth = Rebirth
session-rebirth-named = { $name } um eine neue Birth-Nachricht bitten
session-show-first = Nur die ersten { $count } zeigen
session-show-all = { $count } zeigen
session-worst-of = Die { $shown } schlimmsten von { $count }.
session-hosts = Host-Anwendungen:
session-host-online = { $name } online seit { $duration }
session-host-offline = { $name } offline seit { $duration }
session-hosts-more = und { $count } weitere
session-counted-since = Gezählt, seit diese Verbindung gestartet wurde.

session-state-online = Online
session-state-offline = Offline
session-state-unknown = Gehört, Birth-Nachricht fehlt
session-state-kept-birth = Birth-Nachricht von vor dem Neustart

session-births = Birth-Nachrichten
session-deaths = Death-Nachrichten
session-counted-last = { $count }, zuletzt um { $time }
session-gaps = Lücken
session-alias-failures = Alias-Fehler
session-storms = Stürme
session-storms-value = { $births ->
    [one] { $storms }; { $births } Birth-Nachricht in der Stunde vor dem letzten
   *[other] { $storms }; { $births } Birth-Nachrichten in der Stunde vor dem letzten
}
session-rebirths = Rebirths
session-rebirths-value = { $asked } angefordert, { $answered } beantwortet
session-rebirths-after = { $asked } angefordert, { $answered } beantwortet, zuletzt nach { $duration }
session-order = Falsche Reihenfolge
session-order-value = { $later } nach der nächsten, { $repeated } wiederholt
session-waiting = Warten auf Birth-Nachricht
session-waiting-value = { $held } jetzt zurückgehalten, { $given } ohne gelesen
session-bdseq = bdSeq
session-bdseq-none = { $count ->
    [one] keine, { $count } Sprung
   *[other] keine, { $count } Sprünge
}
session-bdseq-value = { $count ->
    [one] { $value }, { $count } Sprung
   *[other] { $value }, { $count } Sprünge
}
session-commands = Befehle anderer
session-clock = Uhr
session-clock-unknown = nicht bekannt
session-clock-ahead = geht { $amount } vor
session-clock-behind = geht { $amount } nach, Weg hierher eingeschlossen
session-without-alias = Ohne Alias
session-without-alias-value = { $count ->
    [one] { $count } Metrik
   *[other] { $count } Metriken
}
session-messages = Nachrichten
session-messages-value = { $count }, die größte { $size }
session-devices = Geräte

session-found-node = Knoten offline
session-found-node-message = Sein Edge-Knoten ist ausgefallen.
session-found-node-advice = Siehe { $node }.
session-found-ask = Eine neue Birth-Nachricht anfordern oder ihn neu starten.
session-found-allow = In den Einstellungen der Verbindung das Anfordern von Birth-Nachrichten erlauben und eine anfordern, oder ihn neu starten.
session-found-offline = offline
session-found-offline-message = Seine Death-Nachricht kam und seither keine Birth-Nachricht: Seine Werte sind BAD.
session-found-offline-advice = Seine Stromversorgung, sein Netz und seine Verbindung zum Broker prüfen.
session-found-nameless = Birth fehlt
session-found-nameless-message = Es kommen Daten, aber seine Birth-Nachricht wurde nie gehört: Werte mit Namen sind UNCERTAIN, solche nur unter einem Alias lassen sich nicht benennen.
session-found-kept = alte Birth
session-found-kept-message = Seine Werte werden mit einer Birth-Nachricht von früher gelesen und sind UNCERTAIN, bis die nächste kommt.
session-found-values = { $count ->
    [one] { $count } Wert
   *[other] { $count } Werte
}
session-found-alias = { $alias } von { $source } ({ $count }×)
session-found-kept-whole = { $count ->
    [one] { $count } Nachricht liegt ganz bei den nicht lesbaren
   *[other] { $count } Nachrichten liegen ganz bei den nicht lesbaren
}
session-found-unnamed = Nicht zu benennen: { $values } ohne Namen und ohne Alias; { $kept }
session-found-aliases = Nicht zu benennen: { $values } unter Aliassen, die keine Birth-Nachricht hatte: { $aliases }; { $kept }
session-found-failures = { $count ->
    [one] { $count } Aliasfehler
   *[other] { $count } Aliasfehler
}
session-found-failures-advice = Eine neue Birth-Nachricht anfordern. Hält es an, lassen seine Birth-Nachrichten Metriken aus, oder zwei Programme senden unter seinem Namen.
session-found-times = { $count }-mal
session-found-births = { $count ->
    [one] { $count } Birth-Nachricht
   *[other] { $count } Birth-Nachrichten
}
session-found-storms-message = 3 Birth-Nachrichten innerhalb einer Minute, { $times }; { $births } in der Stunde vor der letzten
session-found-storms-asked = 3 Birth-Nachrichten innerhalb einer Minute, { $times }; { $births } in der Stunde vor der letzten; angefordert: { $asked } von hier, { $others } von anderen
session-found-storms-host = Eine andere Host-Anwendung fordert sie immer wieder an: dort nachsehen, und warum ihr die Birth-Nachrichten nicht genügen.
session-found-storms-link = Seine Verbindung zum Broker kommt und geht vielleicht, oder zwei Programme verwenden seine Client-ID: ins Protokoll des Knotens sehen.
session-found-storms = { $count ->
    [one] { $count } Birth-Sturm
   *[other] { $count } Birth-Stürme
}
session-found-gaps = { $count ->
    [one] { $count } Lücke
   *[other] { $count } Lücken
}
session-found-gaps-message = { $count ->
    [one] { $count } Lücke in seinen Sequenznummern: Nachrichten gingen unterwegs verloren.
   *[other] { $count } Lücken in seinen Sequenznummern: Nachrichten gingen unterwegs verloren.
}
session-found-gaps-advice = Prüfen, ob die Filter alle seine Topics abdecken, dazu die Grenzen der Warteschlangen und die verworfenen Nachrichten des Brokers.
session-found-given-up = { $count ->
    [one] { $count } ungeklärte Nachricht
   *[other] { $count } ungeklärte Nachrichten
}
session-found-given-up-message = { $count ->
    [one] { $count } Nachricht wartete vergeblich auf eine Birth-Nachricht und wurde ohne sie gelesen.
   *[other] { $count } Nachrichten warteten vergeblich auf eine Birth-Nachricht und wurden ohne sie gelesen.
}
session-found-given-up-advice = Eine neue Birth-Nachricht anfordern und prüfen, ob NBIRTH und DBIRTH diese Verbindung erreichen.
session-found-order = falsche Reihenfolge
session-found-order-message = { $count ->
    [one] { $count } Nachricht kam nach einer späteren; sie wurde eingeordnet.
   *[other] { $count } Nachrichten kamen nach einer späteren; sie wurden eingeordnet.
}
session-found-order-advice = Nichts, wenn es selten bleibt; sonst seine Nachrichten nur einen Weg nehmen lassen: Bridges und geteilte Filter vertauschen sie.
session-found-jumps = { $count ->
    [one] { $count } bdSeq-Sprung
   *[other] { $count } bdSeq-Sprünge
}
session-found-jumps-message = Die Nummer, die seine Death- an seine Birth-Nachricht bindet, hat welche übersprungen: Birth-Nachrichten fehlten, oder zwei Programme senden unter seinem Namen.
session-found-jumps-advice = Sicherstellen, dass nur ein Programm seine Gruppe und Knoten-ID hat.
session-found-deaf = Anforderung unbeantwortet
session-found-deaf-message = { $unanswered } von { $asked } Anforderungen brachten keine Birth-Nachricht.
session-found-deaf-advice = Prüfen, ob er sein NCMD-Topic abonnieren darf und ob diese Verbindung dort senden darf.
session-found-retyped = { $metric } von { $source } von { $from } zu { $to }
session-found-types = Datentypen wechseln
session-found-types-message = Metriken haben ihren Datentyp gewechselt: { $metrics }
session-found-types-advice = Jeder Metrik in seiner Konfiguration einen einzigen Datentyp geben.
session-found-type = Typ { $number }
session-found-ahead = Uhr geht vor
session-found-ahead-message = Seine Uhr geht { $seconds } s vor der dieses Rechners.
session-found-behind = Uhr geht nach
session-found-behind-message = Seine letzte Nachricht war { $seconds } s alt, als sie kam: durch seine Uhr oder durch Verzögerung.
session-found-clock-advice = Ihn und diesen Rechner ihre Zeit über NTP beziehen lassen.
