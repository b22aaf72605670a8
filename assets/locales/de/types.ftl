types-title = Typen
types-counts = { $count ->
    [one] { $count } Assettyp
   *[other] { $count } Assettypen
}
types-list = Assettypen
types-import = Modell importieren
types-file-faults = Eine Datei wurde geändert und ist so nicht verwendbar. Die bisherige Anlage läuft weiter, bis dies berichtigt ist:
types-reading = Typen werden gelesen …
types-none = Noch kein Assettyp
types-none-why = Ein Typ sagt, welche Signale gleichartige Assets haben. Die Erkennung schlägt zu dem, was sie hört, Typen vor; auch ein Modell in DTDL oder eine Thing Description wird durch den Import zu einem Typ.

types-origin-model = { $count ->
    [one] { $count } Signal, ganz aus dem Modell
   *[other] { $count } Signale, alle aus dem Modell
}
types-origin-mixed = { $count ->
    [one] { $count } Signal, davon { $written } in plant.toml
   *[other] { $count } Signale, davon { $written } in plant.toml
}

types-no-model = Er hat kein Zwillingsmodell: Alle seine Signale stehen in plant.toml.
types-signals-of = Signale des Modells von { $type }
types-signal = Signal
types-unit = Einheit
types-quantity = Größe
types-kind = Art
types-from = Herkunft
types-settable = von anderen stellbar
types-from-model = Modell
types-from-both = Modell; plant.toml geht vor
types-left-out = Kein Signal entsteht aus
types-whole-model = dem ganzen Modell
types-unused = Bekannt und nicht genutzt
types-relationships = { $count ->
    [one] { $count } Beziehung, nicht verfolgt:
   *[other] { $count } Beziehungen, nicht verfolgt:
}
types-commands = { $count ->
    [one] { $count } Befehl, nie aufgerufen:
   *[other] { $count } Befehle, nie aufgerufen:
}

types-role-measurement = Messwert
types-role-setpoint = Sollwert
types-role-state = Zustand
types-role-score = Anomaliewert

types-import-file = Datei
types-import-hint = DTDL Version 2, 3 oder 4 oder eine W3C Thing Description 1.1, als JSON. Die Datei wird neben die Anlagendatei kopiert; aus dem Netz wird nichts geholt.
types-import-choose = { $count ->
    [one] Die Datei hat { $count } Interface. Welches beschreibt die Assets?
   *[other] Die Datei hat { $count } Interfaces. Welches beschreibt die Assets?
}
types-import-faults = { $count ->
    [one] { $count } Fehler wurde gefunden. Nichts wurde geschrieben.
   *[other] { $count } Fehler wurden gefunden. Nichts wurde geschrieben.
}
types-import-start = Importieren
types-import-added = Der Typ { $type } wurde in plant.toml eingetragen; sein Modell liegt in { $file }.
types-import-workspace = dem Arbeitsordner
