# Exact statistics of a trend.
# $part: how much is done.
trendstats-running = Alle Messwerte werden gelesen: { $part } fertig. Bis dahin stehen geschätzte Zahlen da.
trendstats-cancel = Abbrechen
trendstats-cancelled = Abgebrochen: Zahlen mit ~ sind aus Spalten geschätzt.
trendstats-again = Alle Messwerte lesen
trendstats-exact = Genau: aus allen Messwerten.
trendstats-following = Zahlen mit ~ sind aus Spalten geschätzt, solange der Trend Live folgt. Extremwerte sind genau.
trendstats-estimated = Zahlen mit ~ sind aus Spalten geschätzt. Extremwerte sind genau.
trendstats-too-long = Nach einer Minute aufgegeben: Zahlen mit ~ sind aus Spalten geschätzt. Wählen Sie einen kürzeren Zeitraum.
trendstats-gone = Von einigen Signalen gibt es nur noch Verdichtungen statt der Messwerte: Zahlen mit ~ sind geschätzt.
# $value: a number.
trendstats-about = ~{ $value }
trendstats-mean-long = Über die Zeit gewichtetes Mittel, wie die Kurve gezeichnet ist; Lücken und schlechte Güte zählen nicht
# $mean, $deviation: a value with its unit.
trendstats-mean-samples = Mittel der Messwerte: { $mean }
trendstats-deviation-samples = Standardabweichung der Messwerte: { $deviation }
trendstats-bad = Schlecht
trendstats-bad-long = Zeit in schlechter Güte
