# Taking a removal back.
restore-undo = Undo
restore-done = { $name } is back as it was.
restore-too-late = The connection "{ $id }" cannot be brought back any more: that is possible for ten minutes, and until another one is removed. Add it anew.
restore-changed = plant.toml was changed since the connection "{ $id }" was removed, so it is not put back as it was. Add the connection anew.
