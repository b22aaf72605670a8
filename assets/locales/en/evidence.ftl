# Why discovery proposes something. The program writes these sentences.
evidence-type = its signals are those of the type "{ $name }"
evidence-described = { $convention } describes "{ $source }" with { $count } signals
evidence-beside = its addresses lie where signals of the asset come from
evidence-share = { $count } addresses share "{ $key }"
evidence-device = "{ $key }" is one device by its convention
evidence-name = name "{ $name }"
evidence-came-between = came { $count } times, { $least } to { $greatest }
evidence-came-texts = came { $count } times: { $texts }
evidence-came-once = came once
evidence-came = came { $count } times
evidence-unit = unit "{ $unit }"
evidence-unit-unknown = unit "{ $unit }", which is in no table of units
evidence-unit-name = unit "{ $unit }" at the end of the name "{ $name }"
evidence-setpoint = a setpoint by its name
evidence-range = range { $least } to { $greatest }
