# Annotations of a trend.
trendnotes-annotate = Annotate
trendnotes-annotate-help = Write about the marked span, the cursor, or what is shown (N)
trendnotes-title = Annotations
trendnotes-make = Write an annotation
trendnotes-change = Change the annotation
trendnotes-about = About
# $asset: its name.
trendnotes-whole = { $asset }, as a whole
trendnotes-from = From
trendnotes-to = To
trendnotes-to-hint = Empty: an instant
trendnotes-text = Text
# $count: so many characters, $max: of so many.
trendnotes-length = { $count } of { $max } characters
trendnotes-save = Save
trendnotes-unread = This is no date and time. Write it like { $example }.
trendnotes-order = It ends before it begins.
trendnotes-edit = Change annotation: { $text }
trendnotes-remove = Remove annotation: { $text }
trendnotes-show = Show { $time } in the trend
# $author: a user name, $time: when it was written.
trendnotes-by = { $author }, { $time }
trendnotes-by-changed = { $author }, { $time }; changed by { $other }, { $later }
# $time: of what it is about, $about: asset or signal, $text: the annotation.
trendnotes-marker = Annotation, { $time }, { $about }: { $text }
trendnotes-markers = { $count } annotations, from { $time }
trendnotes-none = Nothing is written about this range. Put the cursor or the marks where something happened and press N.
trendnotes-more = There are more: the 500 that begin last are listed. Zoom in for the others.
trendnotes-tab-values = Values
trendnotes-tab-notes = Annotations ({ $count })
trendnotes-tabs = What stands below the trend
trendnotes-removed = Annotation removed. Ctrl+Z in the trend puts it back.
trendnotes-undo-made = Undo: take the annotation away again
trendnotes-undo-changed = Undo: put the former text back
trendnotes-undo-removed = Undo: put the annotation back
trendnotes-changed-meanwhile = Somebody changed this annotation meanwhile. It is shown as it is now: look at it, and try again.
trendnotes-gone-meanwhile = Somebody removed this annotation meanwhile.
trendnotes-choose-first = Choose a signal first: an annotation is about an asset or one of its signals.
