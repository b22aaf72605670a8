# What mapping rules of the plant file made. $id: the name of the rule; $names: of its first assets.
mapping-none = { $id } made no asset yet: nothing was heard that it fits
mapping-made = { $id } made { $assets } with { $signals }: { $names }
mapping-made-more = { $id } made { $assets } with { $signals }: { $names } and { $more } more
mapping-signals = { $count ->
    [one] { $count } signal
   *[other] { $count } signals
}
