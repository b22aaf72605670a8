restore-undo = Rückgängig
restore-done = { $name } ist wieder wie zuvor da.
restore-too-late = Die Verbindung „{ $id }“ lässt sich nicht mehr zurückholen: Das geht zehn Minuten lang und bis eine andere entfernt wird. Bitte neu anlegen.
restore-changed = plant.toml wurde geändert, seit die Verbindung „{ $id }“ entfernt wurde, und wird deshalb nicht auf den alten Stand gebracht. Bitte die Verbindung neu anlegen.
