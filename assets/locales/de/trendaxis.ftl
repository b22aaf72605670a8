# Value axes of a trend.
trendaxis-plain = Werteachse
# $unit: as on the axis.
trendaxis-unit = Werteachse in { $unit }
# $low, $high: numbers.
trendaxis-auto = { $low } bis { $high }, automatisch
trendaxis-fixed = { $low } bis { $high }, fest
trendaxis-help = Mausrad: skalieren · Ziehen: verschieben · Doppelklick: automatisch
trendaxis-release = Die Skala ist fest: zurück zu automatisch
# $axis: as it is named above.
trendaxis-release-named = { $axis }: Die Skala ist fest. Zurück zu automatisch
trendaxis-no-unit = ohne Einheit
# $count: scales there is no room for. $units: theirs, with commas.
trendaxis-left-out = { $count ->
    [one] eine Skala hat keinen Platz: { $units }
   *[other] { $count } Skalen haben keinen Platz: { $units }
}
