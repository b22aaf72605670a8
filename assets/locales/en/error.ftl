# Errors of what a person asked for; English is the program's own, held equal by a test.
error-file = cannot { $action } { $path }: { $source }. Check that the folder exists, is writable and has free space.
error-locked = the workspace { $path } is already open in another Twinscope. Use that window, or name another workspace with --workspace.
error-plant = the plant file { $path } cannot be used: { $source }
error-not-yet = { $path } is written, but could not be taken up yet. Twinscope tries again every second until it can: { $source }
error-conflict = the plant file { $path } is being changed by another program: look at it, and try again
error-changed = the connection "{ $id }" was changed in the plant file meanwhile: look at it, and save again
error-unknown = there is no { $what } "{ $id }" (it may just have been removed): refresh and try again
error-stopped = the pipeline has stopped: restart Twinscope, and look into its log for the reason

error-no-reason = Something went wrong and gave no reason. Look into the log of the program.
