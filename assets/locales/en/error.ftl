# Errors of what a person asked for; English is the program's own, held equal by a test.
error-file = cannot { $action } { $path }: { $source }. Check that the folder exists, is writable and has free space.
error-locked = the workspace { $path } is already open in another Twinscope. Use that window, or name another workspace with --workspace.
error-plant = the plant file { $path } cannot be used: { $source }
error-not-yet = { $path } is written, but could not be taken up yet. Twinscope tries again every second until it can: { $source }
error-conflict = the plant file { $path } is being changed by another program: look at it, and try again
error-changed = the connection "{ $id }" was changed in the plant file meanwhile: look at it, and save again
error-unknown = there is no { $what } "{ $id }" (it may just have been removed): refresh and try again
error-demo-missing = the demo plant's program is not at { $path }: install Twinscope as a whole, or build it with `cargo build --bin demo-plant`
error-demo-failed = the demo plant did not start, { $why }. Its log is { $log }; try again.
error-no-plant = there is no plant.toml in { $path }: name a folder that holds a plant, or have an empty one made there
error-no-folder = "{ $path }" is no whole path: begin it with / or ~/
error-already-open = the plant in { $path } is open already
error-starting = the plant is being opened: what is stored is read first
error-opening = another plant is being opened: wait for it, or cancel it
error-cancelled = it was cancelled
error-stopped = the pipeline has stopped: restart Twinscope, and look into its log for the reason

error-no-reason = Something went wrong and gave no reason. Look into the log of the program.
