a-values = { $one }
a-twice = Eins
a-term = Wort
other-id = Anderswo
