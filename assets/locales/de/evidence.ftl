evidence-name = Name „{ $name }“
evidence-came-between = kam { $count }-mal, { $least } bis { $greatest }
evidence-came-texts = kam { $count }-mal: { $texts }
evidence-came-once = kam einmal
evidence-came = kam { $count }-mal
evidence-unit = Einheit „{ $unit }“
evidence-unit-unknown = Einheit „{ $unit }“, die in keiner Einheitentabelle steht
evidence-unit-name = Einheit „{ $unit }“ am Ende des Namens „{ $name }“
evidence-setpoint = dem Namen nach ein Sollwert
evidence-range = Bereich { $least } bis { $greatest }
evidence-described = { $count ->
    [one] { $convention } beschreibt „{ $source }“ mit { $count } Signal
   *[other] { $convention } beschreibt „{ $source }“ mit { $count } Signalen
}
evidence-beside = Seine Adressen liegen da, woher auch Signale des Assets kommen
evidence-share = { $count ->
    [one] { $count } Adresse hat „{ $key }“
   *[other] { $count } Adressen haben „{ $key }“ gemeinsam
}
evidence-device = „{ $key }“ ist nach seiner Konvention ein einzelnes Gerät
evidence-type = Seine Signale sind die des Typs „{ $name }“
