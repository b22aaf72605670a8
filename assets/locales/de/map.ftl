map-map = Karte
map-grounds = Pläne und Karte
map-stage = { $title }: { $count ->
    [one] { $count } Asset
   *[other] { $count } Assets
}
map-stage-hint = Pfeiltasten führen von Asset zu Asset, die Eingabetaste öffnet eines, Umschalt mit einem Pfeil verschiebt den Ausschnitt, Plus und Minus vergrößern und verkleinern, 0 zeigt das Ganze. Die Liste daneben hat dieselben Assets.
map-stage-editing = Nehmen Sie ein Asset aus der Liste. Pfeiltasten bewegen dann das Kreuz, die Eingabetaste setzt das Asset dorthin, Entf nimmt es weg.
map-reading = Der Plan wird gelesen …
map-cannot = { $name } lässt sich nicht zeigen. { $why }
map-image-broken = Es ist weder ein lesbares PNG noch ein lesbares JPEG.
map-image-large = Es hat mehr als 24 Millionen Bildpunkte: verkleinern Sie es.
map-outline-broken = { $name } ist kein GeoJSON; es wird kein Umriss gezeichnet.
map-outline-long = { $name } hat zu viele Punkte; die letzten { $count } werden nicht gezeichnet. Vereinfachen Sie die Linien.
map-fit = Das Ganze zeigen

map-north = { $degrees } N
map-south = { $degrees } S
map-east = { $degrees } O
map-west = { $degrees } W

map-normal = Normal
map-silent = Keine Daten
map-bad = Messwert schlechter Güte
map-card-takes = Drücken, um { $asset } in die Hand zu nehmen
map-card-parts = Drücken, um sie einzeln zu sehen

map-list = Assets auf diesem Plan
map-list-lacking = Assets ohne Platz auf diesem Plan
map-list-which = Welche Assets
map-list-all = Alle { $count }
map-list-without = Ohne Platz { $count }
map-list-placed = Jedes gezeigte Asset hat hier seinen Platz.
map-list-few = { $count } an einer Stelle
map-list-few-close = Wieder alle zeigen
map-lacks = kein Platz

map-edit = Assets platzieren
map-undo = Rückgängig
map-hand = Drücken Sie dorthin, wo es steht.
map-hand-empty = Nehmen Sie ein Asset aus der Liste oder durch Drücken auf seine Marke, oder ziehen Sie eine Marke.
map-hand-proposal = Es meldet { $place }: dorthin setzen
map-hand-remove = Wegnehmen
map-told-put = { $asset } steht jetzt auf { $ground }.
map-told-removed = { $asset } steht nicht mehr auf { $ground }.
map-told-undone = { $asset } steht wieder wie vorher.

map-none = Noch kein Plan und keine Karte
map-none-plan = Legen Sie eine Zeichnung der Anlage (SVG, PNG oder JPEG) in { $folder } und nennen Sie sie in { $file }:
map-none-map = Assets mit einer Lage unter ihrem [[asset]] stehen auf einer Karte, die kein Netz braucht:
map-none-then = Beides wird von selbst gefunden. Danach setzen Sie Assets durch Zeigen auf den Plan.
