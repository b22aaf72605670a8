types-title = Types
types-counts = { $count ->
    [one] { $count } asset type
   *[other] { $count } asset types
}
types-list = Asset types
types-import = Import a model
types-file-faults = A file was changed and cannot be used. The plant of before runs on until this is corrected:
types-reading = Reading the types…
types-none = No asset type yet
types-none-why = A type says which signals assets of one kind have. Discovery proposes types with what it hears; a model in DTDL or a Thing Description becomes one when it is imported.

# Where the signals of a type are described.
types-origin-model = { $count ->
    [one] { $count } signal, all by the model
   *[other] { $count } signals, all by the model
}
types-origin-mixed = { $count ->
    [one] { $count } signal, { $written } of them in plant.toml
   *[other] { $count } signals, { $written } of them in plant.toml
}

types-no-model = It has no twin model: all its signals are written in plant.toml.
types-signals-of = Signals of the model of { $type }
types-signal = Signal
types-unit = Unit
types-quantity = Quantity
types-kind = Kind
types-from = Comes from
types-settable = others may set it
types-from-model = model
types-from-both = model; plant.toml overrides
types-left-out = No signal is made of
types-whole-model = the whole model
types-unused = Known and not used
types-relationships = { $count ->
    [one] { $count } relationship, not followed:
   *[other] { $count } relationships, not followed:
}
types-commands = { $count ->
    [one] { $count } command, never called:
   *[other] { $count } commands, never called:
}

# Roles of a signal.
types-role-measurement = measurement
types-role-setpoint = setpoint
types-role-state = state
types-role-score = score

types-import-file = File
types-import-hint = DTDL version 2, 3 or 4, or a W3C Thing Description 1.1, as JSON. It is copied beside the plant file; nothing is fetched from a network.
types-import-choose = { $count ->
    [one] The file has { $count } Interface. Which one describes the assets?
   *[other] The file has { $count } Interfaces. Which one describes the assets?
}
types-import-faults = { $count ->
    [one] { $count } fault was found. Nothing was written.
   *[other] { $count } faults were found. Nothing was written.
}
types-import-start = Import
types-import-added = The type { $type } was added to plant.toml; its model lies in { $file }.
types-import-workspace = the workspace
