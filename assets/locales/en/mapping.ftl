# What mapping rules of the plant file made. $id: the name of the rule; $names: of its first assets.
mapping-none = { $id } made no asset yet: nothing was heard that it fits
mapping-made = { $id } made { $assets } with { $signals }: { $names }
mapping-made-more = { $id } made { $assets } with { $signals }: { $names } and { $more } more
mapping-signals = { $count ->
    [one] { $count } signal
   *[other] { $count } signals
}
mapping-failed = Mapping rules cannot make assets of what is heard: { $error }
mapping-rule = Mapping rule { $id }: { $what }
mapping-left-out = { $count } addresses that mapping rules fit came after the { $most } that are kept for them: narrow the rules, or ignore what is not needed under [discovery].
mapping-beyond = { $count } addresses are not mapped, because it has made { $most } assets, the most that a rule may make; narrow its filter.
mapping-clash = { $count } addresses are not mapped, the first of them { $address }: { $signal } has another address, or its asset another type or connection.
