# Kurze Sätze in der Ecke des Fensters.
notices-title = Hinweise
notices-more = { $count ->
    [one] { $count } weiterer Hinweis
   *[other] { $count } weitere Hinweise
}
notices-fewer = Nur die neuesten zeigen
notices-close-all = Alle schließen
notices-times = ({ $count }-mal)
notices-lost = { $count ->
    [one] { $count } älterer Fehler ist nicht mehr aufgehoben: Es waren zu viele.
   *[other] { $count } ältere Fehler sind nicht mehr aufgehoben: Es waren zu viele.
}
