# Faults of the plant file and of model files. $line: written out.
faults-line = Line { $line }
faults-file-line = { $file }, line { $line }
faults-rule = rule { $rule }
faults-more = And { $count } more.
