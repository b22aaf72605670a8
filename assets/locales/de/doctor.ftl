doctor-result = Ergebnis des Tests
doctor-fails = Es funktioniert noch nicht. Der Schritt mit dem Kreuz sagt, warum.
doctor-works-noticed = Es funktioniert, und etwas verdient einen Blick.
doctor-works = Es funktioniert.
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

doctor-grade-a = Zertifikat als Ausweis
doctor-grade-b = gemeinsames Geheimnis
doctor-grade-c = anonym
doctor-grade-d = unverschlüsselt
doctor-name-subscribe = Abonnieren
doctor-name-resource = Ressource
doctor-name-clock = Uhr
doctor-name-security = Sicherheit
doctor-own-words = Wortlaut des Programms (englisch):
