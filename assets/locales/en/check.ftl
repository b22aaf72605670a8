# What a check of history found. The program writes these sentences.
check-advice = What is damaged is left out of what is shown; everything else goes on. A repair keeps all that can be read: close Twinscope, then run the command
check-looked = Looked at { $samples } samples in { $chunks } chunks and { $rows } journal rows, { $blobs } other blobs and { $records } audit records.
check-well = All is well.
check-faults = { $count ->
    [one] { $count } fault was found.
   *[other] { $count } faults were found.
}
check-ended = The check was ended early; { $count } faults were found until then.
check-unlisted = { $count } more faults are not listed.
check-audit = audit record { $number } does not fit its chain: it was changed, taken out or put in later
check-of-file = { $file }: { $fault }
check-journal = journal row { $row } ({ $count } samples from { $begin } to { $end } µs) cannot be read: { $why }
check-chunk = the chunk of signal { $signal } from { $begin } to { $end } µs ({ $count } samples) cannot be read: { $why }
check-overlap = the chunk of signal { $signal } that begins at { $begin } µs overlaps the one before it, which ends at { $end } µs
check-orphan = chunk data { $data } belongs to no chunk
check-blob = { $blob } cannot be read: { $why }
check-rolled = the row that says how far signal { $signal } is rolled up does not match its checksum
check-quality = the change of quality of signal { $signal } at { $at } µs does not match its checksum
check-table = the table { $table } cannot be read to its end: { $why }
check-blob-arrival = the block of received times that begins with number { $number }
check-blob-rollup = the block { $number } of the rollups
check-blob-correction = the corrected sample { $number }
