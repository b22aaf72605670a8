# Anomaly models: how they work, what they learned from, why they do not run. The program writes these sentences.
model-method = Expected value of each input from the others: ridge regression on the other inputs and their products, chosen by forward selection; score from the mean squared residual in sigmas.
model-learned-demo = the demo plant's pumps: two quiet days, a leaking tank (all three pumps at full speed), a cavitating neighbour, sticking valves; none of it a fault of the pump itself
model-inputs = model { $id } expects the inputs { $wanted } and the plant file gives { $given }: correct the plant file
model-none-here = this build of Twinscope runs no models
model-refused = model refused: { $why }
model-run = running model `{ $model }` failed: { $detail }
model-input-count = model `{ $model }` takes { $needed } inputs, { $given } given
model-not-finite = input `{ $input }` is not a finite number: the model abstains
model-output = model `{ $model }` produced { $detail }; do not use it
