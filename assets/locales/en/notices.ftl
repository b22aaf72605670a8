# Short sentences in the corner of the window.
notices-title = Notices
notices-more = { $count ->
    [one] { $count } more notice
   *[other] { $count } more notices
}
notices-fewer = Show the newest only
notices-close-all = Close all
notices-times = ({ $count } times)
notices-lost = { $count ->
    [one] { $count } older failure is not kept any more: there were too many.
   *[other] { $count } older failures are not kept any more: there were too many.
}
