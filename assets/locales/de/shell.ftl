shell-reading = Anlage wird gelesen …
shell-screens = Ansichten
shell-where = Aktuelle Ansicht

shell-overview = Übersicht
shell-process = Prozess
shell-trend = Trend
shell-alarms = Alarme
shell-alarms-unacknowledged = Alarme, { $count } unquittiert
shell-discovery = Erkennung
shell-types = Typen
shell-connections = Verbindungen
shell-diagnostics = Diagnose
shell-settings = Einstellungen
shell-to-light = Hell
shell-to-dark = Dunkel
shell-switch-light = Helle Farben
shell-switch-dark = Dunkle Farben

shell-live = LIVE
shell-starting = STARTET
shell-no-link = GETRENNT
shell-no-link-why = Keine Verbindung steht: Nichts Gezeigtes ist von jetzt.
shell-no-data = KEINE DATEN
shell-no-data-for = seit { $duration }

shell-search = Assets, Signale, Alarme suchen
shell-search-hits = Gefunden
shell-search-nothing = Nichts heißt „{ $query }“.
shell-search-alarms = { $count ->
    [one] { $count } anstehenden Alarm in der Alarmliste zeigen
   *[other] { $count } anstehende Alarme in der Alarmliste zeigen
}
shell-found-asset = Asset
shell-found-signal = Signal
shell-found-alarm = Alarm
shell-found-place = Ort
shell-found-picture = Prozessbild
shell-found-connection = Verbindung
shell-found-screen = Bildschirm

shell-no-alarm = Kein unquittierter Alarm
shell-alarm-counts = { $unacknowledged } unquittiert · { $standing } anstehend
shell-links-up = { $up } von { $count } Verbindungen stehen
shell-rate = { $rate }/s
shell-dropped = { $count } verworfen
shell-rejected = { $count } abgewiesen

shell-fault-title = Twinscope kann die Anlage nicht zeigen
shell-fault-advice = Bis dies behoben ist, wird nichts aufgezeichnet und kein Alarm ausgelöst. Beheben und erneut versuchen, oder eine andere Anlage öffnen. Was vorher gespeichert wurde, bleibt, wie es ist.
shell-fault-again = Erneut versuchen
shell-fault-other = Eine andere Anlage öffnen
shell-first-title = Die Anlage wird geöffnet
shell-first-why = Zuerst wird gelesen, was gespeichert ist. Nach einem Absturz oder Stromausfall dauert das länger, weil die neuesten Werte aus dem Journal übernommen werden. Bis dahin wird nichts aufgezeichnet; was Broker aufbewahren, kommt danach.
shell-quit = Beenden

shell-close-title = Im Infobereich weiter aufzeichnen?
shell-close-why = Im Infobereich speichert Twinscope weiter Messwerte und löst Alarme aus, auch ohne Fenster. Nach dem Beenden überwacht niemand die Anlage.
shell-close-remember = Künftig immer so
shell-close-keep = Weiter aufzeichnen

shell-units = Gezeigt in { $units }
shell-units-why = Diese Einheiten sind in den Einstellungen gewählt. Gespeichert wird, was ankam; Exporte und Benachrichtigungen behalten die Einheiten der Anlagendatei.
shell-other-zone = Anlage: { $plant }
shell-other-zone-why = Zeiten werden in { $zone } gezeigt, wie in den Einstellungen gewählt. Die Zone der Anlage ist { $plant }.
shell-no-asset = Dieses Asset gibt es nicht
shell-no-asset-which = Die Anlage { $plant } hat kein Asset mit der ID { $id }.
shell-no-asset-why = Vielleicht wurde es in plant.toml umbenannt oder entfernt, oder der Verweis oder die Anordnung stammt aus einer anderen Anlage. Was die Historie davon hat, bleibt. Entsteht es durch eine Zuordnungsregel, öffnet es sich hier, sobald es gehört wird.
shell-no-asset-search = Danach suchen
shell-no-asset-overview = Übersicht öffnen
shell-no-asset-discovery = Sehen, was gehört wird
