pick-choose = Auswählen…
pick-choose-title = { $label }: im Dialog auswählen
pick-certificates = Zertifikate und Schlüssel (PEM)
pick-history = Historie (CSV, Parquet)
pick-models = Modelle (JSON)
pick-pictures = Zeichnungen (SVG)
pick-layouts = Layouts (JSON)
