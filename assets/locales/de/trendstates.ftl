# States of signals in a trend: texts, on and off, codes.
# In less than a column of the picture: no one word is true.
trendstates-several = mehrere
trendstates-left-out = { $count ->
    [one] für { $count } Signal mit Zuständen ist hier kein Platz
   *[other] für { $count } Signale mit Zuständen ist hier kein Platz
}
