mapping-none = { $id } hat noch kein Asset gebildet: Nichts Passendes ist angekommen
mapping-made = { $id } hat { $assets } mit { $signals } gebildet: { $names }
mapping-made-more = { $id } hat { $assets } mit { $signals } gebildet: { $names } und { $more } weitere
mapping-signals = { $count ->
    [one] { $count } Signal
   *[other] { $count } Signalen
}
