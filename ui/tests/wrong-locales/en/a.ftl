a-only-en = Only English
a-values = { $two }
a-twice = One
a-twice = Two
a-term = { -nothing }
other-id = Elsewhere
a-broken = {
