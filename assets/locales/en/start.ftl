# The first start, before there is any connection.
start-title = No broker is connected yet
start-lead = Twinscope shows a plant as its MQTT brokers describe it. It only listens: nothing is written to the plant.
start-connect = Connect to your broker
start-connect-why = Host, port, and what to subscribe to. TLS is on by default, and a test says in words what fails. What is heard is then proposed as assets, with units and types, under Discovery.
start-connect-add = Add a connection
start-demo = See a demo plant
start-demo-why = A pumping station with process picture, alarms and an anomaly to find. It runs on this computer with a broker of its own, which listens to this computer alone and ends with the demo.
start-demo-try = Try the demo
start-demo-mark = DEMO
start-demo-mark-what = Demo plant: what this means
start-demo-mark-why = This plant is played on this computer: nothing of it is real. It has a folder and a history of its own.
start-demo-leave = Leave the demo
start-demo-stands = The played plant does not run now: what you see is its history. Settings, Workspace starts it.

start-folder = Open a plant folder
start-folder-why = A folder that holds a plant.toml, with its history: from another computer, a backup, or a colleague.
start-folder-path = Folder
start-folder-open = Open
start-folder-make = Make an empty plant there if there is none

# While another plant is being opened.
start-step-plant = Starting plant and broker
start-step-workspace = Opening plant and history
start-cancelled = Cancelled. Nothing was changed.

start-other = Open another plant
start-other-why = The plant that is open now is not watched and not recorded while another one is.
start-own = Back to the own plant
# $folder: where the plant file lies.
start-file = What is accepted is written into <code>plant.toml</code> in <b>{ $folder }</b>; it can be edited by hand too.
start-file-workspace = the workspace
