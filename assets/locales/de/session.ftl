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
