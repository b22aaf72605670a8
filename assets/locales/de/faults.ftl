faults-line = Zeile { $line }
faults-file-line = { $file }, Zeile { $line }
faults-rule = Regel { $rule }
faults-more = Und { $count } weitere.
