check-looked = Angesehen: { $samples } Messwerte in { $chunks } Blöcken und { $rows } Journalzeilen, { $blobs } andere Blobs und { $records } Einträge des Prüfprotokolls.
check-well = Alles ist in Ordnung.
check-faults = { $count ->
    [one] { $count } Fehler wurde gefunden.
   *[other] { $count } Fehler wurden gefunden.
}
check-ended = Die Prüfung wurde vorzeitig beendet; bis dahin gefundene Fehler: { $count }.
check-unlisted = { $count ->
    [one] { $count } weiterer Fehler ist nicht aufgeführt.
   *[other] { $count } weitere Fehler sind nicht aufgeführt.
}
check-audit = Eintrag { $number } des Prüfprotokolls passt nicht in seine Kette: Er wurde geändert, entfernt oder später eingefügt
check-of-file = { $file }: { $fault }
check-journal = Journalzeile { $row } ({ $count } Messwerte von { $begin } bis { $end } µs) ist nicht lesbar: { $why }
check-chunk = Der Block des Signals { $signal } von { $begin } bis { $end } µs ({ $count } Messwerte) ist nicht lesbar: { $why }
check-overlap = Der Block des Signals { $signal }, der bei { $begin } µs beginnt, überschneidet den davor, der bei { $end } µs endet
check-orphan = Blockdaten { $data } gehören zu keinem Block
check-blob = { $blob } ist nicht lesbar: { $why }
check-rolled = Die Zeile, die sagt, wie weit Signal { $signal } verdichtet ist, passt nicht zu ihrer Prüfsumme
check-quality = Die Güteänderung des Signals { $signal } bei { $at } µs passt nicht zu ihrer Prüfsumme
check-table = Die Tabelle { $table } ist nicht bis zum Ende lesbar: { $why }
check-blob-arrival = Block der Empfangszeiten ab Nummer { $number }
check-blob-rollup = Block { $number } der Verdichtungen
check-blob-correction = Der berichtigte Messwert { $number }
check-advice = Was beschädigt ist, fehlt in der Anzeige; alles andere läuft weiter. Eine Reparatur bewahrt alles, was lesbar ist: Twinscope schließen und dann diesen Befehl ausführen
