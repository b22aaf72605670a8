# Annotations of a trend.
trendnotes-annotate = Anmerken
trendnotes-annotate-help = Zum markierten Zeitraum, zum Cursor oder zum gezeigten Bereich etwas schreiben (N)
trendnotes-title = Anmerkungen
trendnotes-make = Anmerkung schreiben
trendnotes-change = Anmerkung ändern
trendnotes-about = Zu
# $asset: its name.
trendnotes-whole = { $asset } als Ganzes
trendnotes-from = Von
trendnotes-to = Bis
trendnotes-to-hint = Leer: ein Zeitpunkt
trendnotes-text = Text
# $count: so many characters, $max: of so many.
trendnotes-length = { $count } von { $max } Zeichen
trendnotes-save = Speichern
trendnotes-unread = Das ist kein Datum mit Uhrzeit. Schreiben Sie es wie { $example }.
trendnotes-order = Das Ende liegt vor dem Beginn.
trendnotes-edit = Anmerkung ändern: { $text }
trendnotes-remove = Anmerkung entfernen: { $text }
trendnotes-show = { $time } im Trend zeigen
# $author: a user name, $time: when it was written.
trendnotes-by = { $author }, { $time }
trendnotes-by-changed = { $author }, { $time }; geändert von { $other }, { $later }
# $time: of what it is about, $about: asset or signal, $text: the annotation.
trendnotes-marker = Anmerkung, { $time }, { $about }: { $text }
trendnotes-markers = { $count } Anmerkungen, ab { $time }
trendnotes-none = Zu diesem Bereich ist nichts angemerkt. Setzen Sie den Cursor oder die Marken an die Stelle und drücken Sie N.
trendnotes-more = Es gibt weitere: Gezeigt sind die 500, die zuletzt beginnen. Zoomen Sie hinein, um die übrigen zu sehen.
trendnotes-tab-values = Werte
trendnotes-tab-notes = Anmerkungen ({ $count })
trendnotes-tabs = Was unter dem Trend steht
trendnotes-removed = Anmerkung entfernt. Strg+Z im Trend stellt sie wieder her.
trendnotes-undo-made = Rückgängig: Anmerkung wieder entfernen
trendnotes-undo-changed = Rückgängig: früheren Text wiederherstellen
trendnotes-undo-removed = Rückgängig: Anmerkung wiederherstellen
trendnotes-changed-meanwhile = Diese Anmerkung wurde inzwischen von jemand anderem geändert. Gezeigt ist der jetzige Stand: Prüfen Sie ihn und versuchen Sie es noch einmal.
trendnotes-gone-meanwhile = Diese Anmerkung wurde inzwischen von jemand anderem entfernt.
trendnotes-choose-first = Wählen Sie zuerst ein Signal: Eine Anmerkung gehört zu einem Asset oder einem seiner Signale.
