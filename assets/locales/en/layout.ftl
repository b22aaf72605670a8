# Layouts of the window as files.
layout-title = Layout
layout-what = Screen, trend with its range, marks, scales and comparison, choices on the overview, folds and picture, as a file to keep or to share. A name alone lies in the workspace’s layouts.
layout-name = Name, or path of a file
layout-save = Save
layout-open = Open
layout-list = Saved layouts
layout-saved = Saved as { $path }.
layout-opened = Opened.
layout-undo = Undo
layout-undone = As before again.
layout-fault-no-layout = { $name } is no layout of Twinscope.
layout-fault-newer = { $name } was made by a newer Twinscope: open it there.
layout-misfits = This does not fit this plant and would be left out:
layout-misfits-plant = It was made for the plant { $plant }.
layout-misfits-asset = There is no asset { $names }.
layout-misfits-signals = { $count ->
    [one] { $count } signal is not here: { $names }
   *[other] { $count } signals are not here: { $names }
}
layout-misfits-places = { $count ->
    [one] { $count } place is not here: { $names }
   *[other] { $count } places are not here: { $names }
}
layout-misfits-grounds = { $count ->
    [one] { $count } plan is not here: { $names }
   *[other] { $count } plans are not here: { $names }
}
layout-misfits-pictures = { $count ->
    [one] { $count } process picture is not here: { $names }
   *[other] { $count } process pictures are not here: { $names }
}
layout-misfits-scales = { $count ->
    [one] No signal here has the fixed scale: { $names }
   *[other] No signal here has the { $count } fixed scales: { $names }
}
layout-anyway = Open the rest
