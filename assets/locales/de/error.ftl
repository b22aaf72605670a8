error-file = Kein Zugriff auf { $path } ({ $action }): { $source }. Bitte prüfen, ob der Ordner existiert, beschreibbar ist und Platz hat.
error-locked = Der Arbeitsordner { $path } ist schon in einem anderen Twinscope geöffnet. Bitte jenes Fenster benutzen oder mit --workspace einen anderen Arbeitsordner nennen.
error-plant = Die Anlagendatei { $path } ist nicht verwendbar: { $source }
error-not-yet = { $path } ist geschrieben, konnte aber noch nicht übernommen werden. Twinscope versucht es jede Sekunde erneut: { $source }
error-conflict = Die Anlagendatei { $path } wird gerade von einem anderen Programm geändert: bitte ansehen und erneut versuchen
error-changed = Die Verbindung „{ $id }“ wurde inzwischen in der Anlagendatei geändert: bitte ansehen und erneut speichern
error-unknown = Nicht gefunden: { $what } „{ $id }“ (vielleicht eben entfernt): bitte aktualisieren und erneut versuchen
error-demo-missing = Das Programm der Demoanlage fehlt unter { $path }: Twinscope vollständig installieren oder es mit `cargo build --bin demo-plant` bauen.
error-demo-failed = Die Demoanlage ist nicht gestartet, { $why }. Ihr Protokoll liegt in { $log }; noch einmal versuchen.
error-no-plant = In { $path } gibt es keine plant.toml: Einen Ordner angeben, der eine Anlage enthält, oder dort eine leere anlegen lassen.
error-no-folder = „{ $path }“ ist kein vollständiger Pfad: Er muss mit / oder ~/ beginnen.
error-already-open = Die Anlage in { $path } ist bereits geöffnet.
error-starting = Die Anlage wird geöffnet: Zuerst wird gelesen, was gespeichert ist.
error-opening = Es wird gerade eine andere Anlage geöffnet: Das Ende abwarten oder abbrechen.
error-cancelled = Es wurde abgebrochen.
error-stopped = Die Verarbeitung ist stehen geblieben: bitte Twinscope neu starten und im Protokoll nach dem Grund sehen

error-no-reason = Etwas ist schiefgegangen, ohne einen Grund zu nennen. Bitte ins Protokoll des Programms sehen.
