removed-over = Aus der Historie entfernt: { $what }, über { $span }.
removed-what = Aus der Historie entfernt: { $what }.
removed-by = Aus der Historie entfernt: { $what } („{ $why }“).
removed-samples = { $count ->
    [one] { $count } Messwert
   *[other] { $count } Messwerte
}
removed-rollups = { $count ->
    [one] { $count } Block der Statistik
   *[other] { $count } Blöcke der Statistik
}
removed-links = { $count ->
    [one] { $count } Verbindungswechsel
   *[other] { $count } Verbindungswechsel
}
removed-qualities = { $count ->
    [one] { $count } Wechsel der Güte
   *[other] { $count } Wechsel der Güte
}
removed-corrections = { $count ->
    [one] { $count } Berichtigung
   *[other] { $count } Berichtigungen
}
removed-hours = { $hours } h
removed-days = { $days } Tage
