picture-title = Process
picture-tabs = Pictures
# $title: the picture's name.
picture-stage = Process picture: { $title }
picture-reading = Reading the picture…
# $title: the picture's name. What is wrong with it follows.
picture-cannot = { $title } cannot be shown.
picture-may-be-old = What is shown may be old.
picture-missing-count = { $count ->
    [one] { $count } binding leads nowhere
   *[other] { $count } bindings lead nowhere
}
picture-left-out = { $count ->
    [one] { $count } file of the folder cannot be shown
   *[other] { $count } files of the folder cannot be shown
}

picture-none = No process picture yet
picture-none-how = Draw your process in any program that writes SVG, such as Inkscape, and bring the file here. Then point at its elements and choose what each of them shows: a value, a level, a state, the alarms of an asset.
# $folder: where pictures lie.
picture-none-folder = Or put the file into { $folder }: it is found by itself.
picture-bring = Bring a picture
picture-new = Picture
picture-file = SVG file
picture-file-hint = It is copied into the folder pictures beside the plant file. Scripts, remote content and effects in it are not shown.
picture-copy = Copy and show
picture-cancel = Cancel
# $name: of the file.
picture-brought = { $name } was copied into the workspace.

picture-zoom = Zoom
picture-zoom-out = Zoom out
picture-zoom-in = Zoom in
picture-fit = Show the whole picture

picture-too-large = It is larger than 8 MiB: make its embedded images smaller.
picture-entities = It brings definitions (entities) of its own, which are not followed: save it as “Plain SVG”.
picture-broken = It is not well-formed: save it again with the program that drew it.
picture-no-svg = It is no SVG: its first element is not <svg>.
picture-too-many = It has more than { $count } elements: simplify it, or split it into several pictures.

picture-out = { $count ->
    [one] { $count } thing taken out
   *[other] { $count } things taken out
}
picture-out-why = A picture may neither run anything nor fetch anything. These were taken out of what is shown; the file is as it was:
picture-out-scripts = { $count ->
    [one] { $count } script
   *[other] { $count } scripts
}
picture-out-handlers = { $count ->
    [one] { $count } event handler
   *[other] { $count } event handlers
}
picture-out-remote = { $count ->
    [one] { $count } reference to something outside of the file
   *[other] { $count } references to something outside of the file
}
picture-out-pages = { $count ->
    [one] { $count } embedded page
   *[other] { $count } embedded pages
}
picture-out-styles = { $count ->
    [one] { $count } style that may not be used
   *[other] { $count } styles that may not be used
}
picture-out-animations = { $count ->
    [one] { $count } animation
   *[other] { $count } animations
}
picture-out-effects = { $count ->
    [one] { $count } filter effect
   *[other] { $count } filter effects
}
picture-out-other = { $count ->
    [one] { $count } element that is unknown or too large
   *[other] { $count } elements that are unknown or too large
}

# $id: what the element is bound to.
picture-unknown = Bound to { $id }, which the plant does not have
picture-unknown-how = The plant has nothing of this id. Bind the element anew in the editor, or correct the id in the file.
picture-waiting = nothing received yet
picture-live = live
picture-standby = standby
picture-stale = no data
# $priority: 1 to 4. $what: the alarm in words.
picture-alarm = alarm priority { $priority }: { $what }
picture-quality = Quality
picture-age = Age
picture-never = never seen
picture-normal = Normal
# $limit: with its unit. $priority: 1 to 4.
picture-limit = { $limit } · priority { $priority }
# $asset: its name.
picture-opens = Click or Enter opens { $asset }

picture-edit = Edit
picture-done = Done
picture-bindings = Bindings
picture-point = Point at an element of the picture, or choose it from the list.
picture-undo = Undo
picture-redo = Redo
picture-save = Save
picture-discard = Discard
picture-unsaved = { $count ->
    [one] { $count } element not saved
   *[other] { $count } elements not saved
}
# $name: of the file.
picture-saved = { $name } was saved; the one of before lies beside it with the ending .bak.
# $title: the picture's name.
picture-first-save = Save or discard what you bound in { $title } first.
picture-overtaken = The file was changed by another program meanwhile, so what you bound cannot be saved into it.
picture-load-again = Load it again and lose what I bound
picture-elements = Elements
picture-filter = Filter by name, kind or signal
picture-more = { $count ->
    [one] { $count } more: filter to see it
   *[other] { $count } more: filter to see them
}
picture-no-element = No element is named so.
picture-inside = Inside
picture-bound-to = Shows
picture-search = Asset or signal
picture-search-hint = Search by name or id
picture-not-bound = Not bound
picture-unbind = Unbind
picture-as = As
picture-show-value = Value with its unit
picture-show-number = Value without unit
picture-show-bar = Bar: filled as far as the value
picture-show-indicator = Moving analogue indicator
picture-show-state = On or off: bright or dark
picture-show-turn = Turns while on
picture-show-flow = Dashes move while on
picture-show-asset = Alarms and silence of the asset
picture-side = Grows
picture-side-up = up
picture-side-down = down
picture-side-left = to the left
picture-side-right = to the right
picture-low = Scale from
picture-high = Scale to
picture-number-wrong = Write a number, or leave it empty
picture-on = On when
picture-on-hint = > 5, < 5, or words with commas between. Empty: neither zero nor a word for off.

picture-kind-high-high = High-high
picture-kind-high = High
picture-kind-low = Low
picture-kind-low-low = Low-low
picture-kind-anomaly = Anomaly

picture-no-scale = The signal has no range of its own: write where the scale begins and ends.
