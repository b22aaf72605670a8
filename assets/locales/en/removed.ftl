# What retention removed last. The program writes these sentences.
removed-over = Removed from history: { $what }, over { $span }.
removed-what = Removed from history: { $what }.
removed-by = Removed from history: { $what } ({ $why }).
removed-samples = { $count ->
    [one] { $count } sample
   *[other] { $count } samples
}
removed-rollups = { $count ->
    [one] { $count } block of statistics
   *[other] { $count } blocks of statistics
}
removed-links = { $count ->
    [one] { $count } link change
   *[other] { $count } link changes
}
removed-qualities = { $count ->
    [one] { $count } quality change
   *[other] { $count } quality changes
}
removed-corrections = { $count ->
    [one] { $count } correction
   *[other] { $count } corrections
}
removed-hours = { $hours } h
removed-days = { $days } days
