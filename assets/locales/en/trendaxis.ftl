# Value axes of a trend.
trendaxis-plain = Value axis
# $unit: as on the axis.
trendaxis-unit = Value axis in { $unit }
# $low, $high: numbers.
trendaxis-auto = { $low } to { $high }, automatic
trendaxis-fixed = { $low } to { $high }, fixed
trendaxis-help = wheel: scale · drag: move · double click: automatic
trendaxis-release = The scale is fixed: back to automatic
# $axis: as it is named above.
trendaxis-release-named = { $axis }: the scale is fixed. Back to automatic
trendaxis-no-unit = no unit
# $count: scales there is no room for. $units: theirs, with commas.
trendaxis-left-out = { $count ->
    [one] one scale has no room: { $units }
   *[other] { $count } scales have no room: { $units }
}
