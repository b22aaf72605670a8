mapping-none = { $id } hat noch kein Asset gebildet: Nichts Passendes ist angekommen
mapping-made = { $id } hat { $assets } mit { $signals } gebildet: { $names }
mapping-made-more = { $id } hat { $assets } mit { $signals } gebildet: { $names } und { $more } weitere
mapping-signals = { $count ->
    [one] { $count } Signal
   *[other] { $count } Signalen
}
mapping-failed = Zuordnungsregeln können aus dem Gehörten keine Assets bilden: { $error }
mapping-rule = Zuordnungsregel { $id }: { $what }
mapping-left-out = { $count } Adressen, die zu Zuordnungsregeln passen, kamen nach den { $most }, die dafür behalten werden: die Regeln enger fassen oder unter [discovery] ignorieren, was nicht gebraucht wird.
mapping-beyond = { $count } Adressen sind nicht zugeordnet, weil sie { $most } Assets gebildet hat, so viele wie eine Regel höchstens darf; ihren Filter enger fassen.
mapping-clash = { $count } Adressen sind nicht zugeordnet, die erste ist { $address }: { $signal } hat eine andere Adresse, oder sein Asset einen anderen Typ oder eine andere Verbindung.
