# The list of shortcuts.
keys-title = Keyboard
keys-open = Keyboard shortcuts
keys-lead = Keys of a screen act while it is shown; those of a list, a chart or a picture while it has the focus.
keys-row-to = to
keys-row-or = or
keys-single-off = Keys of one character are switched off. Settings switch them on.

keys-window = Everywhere
keys-window-search = Search assets, signals, alarms, places, pictures, connections and screens
keys-window-acknowledge = Acknowledge the worst alarm
keys-window-time = Time bar
keys-window-live = Return from the past to live
keys-window-screen = A screen, counted from the top of the bar on the left
keys-window-settings = Settings
keys-window-shortcuts = This list

keys-search = Search field
keys-search-next = Next hit
keys-search-previous = Previous hit
keys-search-open = Open the hit
keys-search-narrow = Show all hits on the overview
keys-search-leave = Leave the field

keys-time = Time bar
keys-time-minute = A minute back or forward
keys-time-hour = An hour back or forward
keys-time-second = A second back or forward
keys-time-alarm = Previous or next alarm
keys-time-begin = Begin of the strip
keys-time-play = Play or pause
keys-time-live = Return to live

keys-overview = Overview
keys-overview-wall = Wall
keys-overview-clear = Show every asset again

keys-tiles = Tiles
keys-tiles-move = Neighbouring tile
keys-tiles-page = A screen up or down
keys-tiles-ends = First or last tile

keys-tree = Tree of places
keys-tree-move = Row up or down
keys-tree-fold = Fold or unfold; to the place above or the row below
keys-tree-page = A screen up or down
keys-tree-ends = First or last row
keys-tree-siblings = Unfold all places of this level
keys-tree-press = Open an asset; fold or unfold a place

keys-alarms = Alarm list
keys-alarms-move = Alarm above or below
keys-alarms-page = A screen up or down
keys-alarms-ends = First or last alarm
keys-alarms-open = Open its asset
keys-alarms-acknowledge = Acknowledge it

keys-ground = Plan and map
keys-ground-marker = Next asset in this direction
keys-ground-open = Open the asset; part several
keys-ground-pan = Move what is seen
keys-ground-closer = Zoom in
keys-ground-further = Zoom out
keys-ground-fit = Show the whole
keys-ground-leave = Put away what is shown of the asset

keys-placing = Placing assets
keys-placing-move = Move the cross
keys-placing-put = Put the asset there
keys-placing-remove = Take the asset away
keys-placing-undo = Undo
keys-placing-leave = Let go of the asset

keys-placelist = List beside plan and map
keys-placelist-move = Row up or down
keys-placelist-page = A screen up or down
keys-placelist-ends = First or last row
keys-placelist-open = Open the asset; take it in hand while placing

keys-wall = Wall
keys-wall-turn = Turn the page
keys-wall-page = Turn the page
keys-wall-first = First page, the worst
keys-wall-hold = Hold the page; go on turning
keys-wall-leave = Leave the wall

keys-trend = Trend
keys-trend-pan = Move back or forward in time
keys-trend-cursor = Move the cursor
keys-trend-closer = Zoom in
keys-trend-further = Zoom out
keys-trend-back = The range before
keys-trend-live = Follow the present
keys-trend-alarm = Open the most urgent alarm at the cursor
keys-trend-mark = Set a mark at the cursor
keys-trend-unmark = Remove the marks
keys-trend-annotate = Annotate the marked span, the cursor or what is shown
keys-trend-undo = Undo the last change of an annotation
keys-trend-leave = Put away the cursor, then the marks, then the range

keys-axis = Value axis of a trend
keys-axis-move = Move the scale up or down
keys-axis-closer = Stretch the scale
keys-axis-further = Compress the scale
keys-axis-auto = Automatic scale

keys-mark = Mark in a trend
keys-mark-move = Move the mark a little
keys-mark-leap = Move the mark further
keys-mark-remove = Remove the mark

keys-picture = Process picture
keys-picture-element = Next or previous element with data
keys-picture-ends = First or last element
keys-picture-open = Open the element’s asset
keys-picture-pan = Move the picture
keys-picture-closer = Zoom in
keys-picture-further = Zoom out
keys-picture-fit = Whole picture
keys-picture-leave = Put away what is shown of the element

keys-binding = Editing a process picture
keys-binding-save = Save
keys-binding-undo = Undo
keys-binding-redo = Redo
keys-binding-leave = Deselect the element

keys-discovery = Tree of what was heard
keys-discovery-move = Row up or down
keys-discovery-fold = Fold or unfold; to the level above or the row below
keys-discovery-ends = First or last row
keys-discovery-tick = Tick
keys-discovery-open = Open the proposal; fold or unfold a group

# What stands on the keys of a keyboard.
keys-key-control = Ctrl
keys-key-shift = Shift
keys-key-home = Home
keys-key-end = End
keys-key-pageup = Page up
keys-key-pagedown = Page down
keys-key-enter = Enter
keys-key-escape = Esc
keys-key-space = Space
keys-key-delete = Del
keys-key-backspace = Backspace
keys-rates = Message rates
keys-rates-move = Topic above or below
keys-rates-ends = First or last topic
keys-rates-open = Look at its messages
keys-messages = Messages of a topic
keys-messages-move = Newer or older message
