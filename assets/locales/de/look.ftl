look-testing = Test läuft, { $passed }
look-testing-of = Test läuft, { $passed } von { $whole }
look-listening = Hört auf { $filter }, { $passed }
look-listening-of = Hört auf { $filter }, { $passed } von { $whole }
look-asking = Gerät wird gefragt, was es hat, { $passed }
look-asking-of = Gerät wird gefragt, was es hat, { $passed } von { $whole }
look-part-done = Erledigter Anteil

look-brings = Was { $filter } bringt
look-filter = { $topics ->
    [one] { $filter }: { $topics } Topic, { $rate } Nachrichten/s, { $size }/s.
   *[other] { $filter }: { $topics } Topics, { $rate } Nachrichten/s, { $size }/s.
}
look-filter-capped = { $topics ->
    [one] { $filter }: mehr als { $topics } Topic, { $rate } Nachrichten/s, { $size }/s.
   *[other] { $filter }: mehr als { $topics } Topics, { $rate } Nachrichten/s, { $size }/s.
}
look-known = { $topics ->
    [one] Davon kommen { $topics } Topic und { $rate } Nachrichten/s schon jetzt.
   *[other] Davon kommen { $topics } Topics und { $rate } Nachrichten/s schon jetzt.
}
look-known-none = Nichts davon kommt schon jetzt.
look-retained = { $count ->
    [one] { $count } Nachricht hatte der Broker noch von früher.
   *[other] { $count } Nachrichten hatte der Broker noch von früher.
}
look-capped = Es kam so viel, dass nach { $seconds } Schluss war.
look-listened = { $seconds } lang zugehört: Was seltener spricht, ist nicht dabei.
look-largest = Die größte Nachricht hat { $size }.
look-branch = Zweig
look-topics = Topics
look-messages = Nachrichten
look-data = Daten
look-elsewhere = Andere Zweige

look-offer = Was das Gerät hat
look-offer-none = Das Gerät nennt keine Ressource, die hier gelesen werden kann.
look-offer-has = { $count ->
    [one] Das Gerät hat { $count } Ressource. Ankreuzen, was gelesen werden soll.
   *[other] Das Gerät hat { $count } Ressourcen. Ankreuzen, was gelesen werden soll.
}
look-offer-left = { $count ->
    [one] { $count } weiterer Verweis ist nicht gezeigt: zu einem anderen Gerät, doppelt, fehlerhaft oder zu viel.
   *[other] { $count } weitere Verweise sind nicht gezeigt: zu einem anderen Gerät, doppelt, fehlerhaft oder zu viele.
}
look-offer-observable = beobachtbar
look-offer-interval = wird in Abständen gelesen

look-broken = Die Prüfung endete ohne Ergebnis
look-broken-advice = Bitte erneut versuchen und ins Protokoll des Programms sehen.
look-doubt-topics = Er bringt mindestens so viele Topics, wie die Verbindung haben darf ({ $topics }).
look-doubt-topics-advice = Engere Topics nennen oder die Grenze für Topics anheben.
look-doubt-size = Seine größte Nachricht hat { $size } kB, die Verbindung nimmt { $limit } kB an.
look-doubt-size-advice = Die Grenze für Nachrichten anheben oder dieses Topic auslassen.
look-doubt-rate = Er bringt { $rate } Nachrichten je Sekunde, die Verbindung nimmt { $limit } an.
look-doubt-rate-advice = Die Grenze für Nachrichten je Sekunde anheben oder engere Topics nennen.
look-doubt-data = Er bringt { $size } kB je Sekunde, die Verbindung nimmt { $limit } kB an.
look-doubt-data-advice = Die Grenze für Daten je Sekunde anheben oder engere Topics nennen.
look-offered-format = Inhaltsformat { $number }
look-offered-size = etwa { $size } Bytes
