# Assets where they are: plans that people drew, and the map.
map-map = Map
map-grounds = Plans and map
# $title: name of the plan or the map.
map-stage = { $title }: { $count ->
    [one] { $count } asset
   *[other] { $count } assets
}
map-stage-hint = Arrow keys lead from asset to asset, Enter opens one, Shift with an arrow moves what is seen, plus and minus zoom, 0 shows the whole. The list beside it has the same assets.
map-stage-editing = Take an asset from the list. Then arrow keys move the cross, Enter puts the asset there, Delete takes it away.
map-reading = Reading the plan…
# $name: of a file. What is wrong with it follows.
map-cannot = { $name } cannot be shown. { $why }
map-image-broken = It is neither a PNG nor a JPEG that can be read.
map-image-large = It has more than 24 million pixels: make it smaller.
map-outline-broken = { $name } is no GeoJSON, so no outline is drawn.
map-outline-long = { $name } has too many points; the last { $count } are not drawn. Simplify its lines.
map-fit = Show the whole

# Directions on the earth.
map-north = { $degrees } N
map-south = { $degrees } S
map-east = { $degrees } E
map-west = { $degrees } W

# What a marker says.
map-normal = Normal
map-silent = No data
map-bad = Value of bad quality
map-card-takes = Press to take { $asset } in hand
map-card-parts = Press to see them apart

map-list = Assets of this ground
map-list-lacking = Assets without a place here
map-list-which = Which assets
map-list-all = All { $count }
map-list-without = Unplaced { $count }
map-list-placed = Every asset that is shown has its place here.
map-list-few = { $count } at one place
map-list-few-close = Show all again
# Of an asset in the list.
map-lacks = no place

map-edit = Place assets
map-undo = Undo
map-hand = Press where it stands.
map-hand-empty = Take an asset from the list or by pressing its marker, or drag a marker.
# $place: degrees north and east.
map-hand-proposal = It says { $place }: put it there
map-hand-remove = Take it away
map-told-put = { $asset } stands on { $ground }.
map-told-removed = { $asset } stands on { $ground } no more.
map-told-undone = { $asset } is where it was.

map-none = No plan and no map yet
# $folder: where plans lie; $file: the plant file.
map-none-plan = Put a drawing of the plant (SVG, PNG or JPEG) into { $folder } and name it in { $file }:
map-none-map = Assets with a location under their [[asset]] stand on a map that needs no network:
map-none-then = Both are found by themselves. Then assets are put on the plan by pointing.
