# States of signals in a trend: texts, on and off, codes.
# In less than a column of the picture: no one word is true.
trendstates-several = several
trendstates-left-out = { $count ->
    [one] { $count } signal with states has no room here
   *[other] { $count } signals with states have no room here
}
