# The system's dialogs for files and folders.
pick-choose = Choose…
pick-choose-title = { $label }: choose in a dialog
pick-certificates = Certificates and keys (PEM)
pick-history = History (CSV, Parquet)
pick-models = Models (JSON)
pick-pictures = Drawings (SVG)
pick-layouts = Layouts (JSON)
