doctor-result = Ergebnis des Tests
doctor-fails = Es klappt noch nicht. Der Schritt mit dem Kreuz sagt, warum.
doctor-works-noticed = Es klappt, und etwas verdient einen Blick.
doctor-works = Es klappt.
doctor-outdated = Sie haben das Formular seit diesem Test geändert. Das Ergebnis gilt für das vorher Eingetragene: bitte erneut testen.
doctor-expiry-over = Läuft als Erstes ab: { $what }, abgelaufen.
doctor-expiry-today = Läuft als Erstes ab: { $what }, heute.
doctor-expiry-days = { $days ->
    [one] Läuft als Erstes ab: { $what }, in { $days } Tag.
   *[other] Läuft als Erstes ab: { $what }, in { $days } Tagen.
}
doctor-protection = Schutz
doctor-grade = Sicherheitsnote
doctor-grade-title = Sicherheitsnote { $letter } von A (beste) bis D: { $words }
doctor-step-failed = fehlgeschlagen
doctor-step-noticed = gelungen, verdient einen Blick
doctor-step-worked = gelungen
doctor-details = Einzelheiten
doctor-details-of = Einzelheiten zu { $step }
