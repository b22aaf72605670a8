# Taking back what was done.
restore-undo = Undo
restore-done = Taken back: { $what }
restore-names = { $name } and { $count } more
restore-did-add-connection = The connection { $name } was added.
restore-did-change-connection = The connection { $name } was changed.
restore-did-remove-connection = The connection { $name } was removed.
restore-did-accept-proposals = Accepted into plant.toml: { $name }.
restore-did-import-type = The type { $name } was added to plant.toml.
restore-did-import-picture = The picture { $name } was copied into the workspace.
restore-did-bind-picture = The picture { $name } was bound.
restore-did-change-documents = The documents of { $name } were changed.
restore-removed = Removed recently
restore-rest = can be brought back with its password for { $rest }
restore-blocked = plant.toml was changed since: take that back first, or add the connection anew
restore-too-late = This cannot be taken back any more: that is possible for ten minutes, and of the newest changes only.
restore-changed = { $file } was changed since, so it is not put back as it was. Take the later change back first, or change it by hand.
