# The first start, before there is any connection.
start-title = No broker is connected yet
start-lead = Twinscope shows a plant as its MQTT brokers describe it. It only listens: nothing is written to the plant.
start-connect = Connect to your broker
start-connect-why = Host, port, and what to subscribe to. TLS is on by default, and a test says in words what fails. What is heard is then proposed as assets, with units and types, under Discovery.
start-connect-add = Add a connection
start-demo = See a demo plant
start-demo-why = A pumping station with its own broker on this computer, and faults to find. In the source folder, run:
# $folder: where the plant file lies.
start-file = What is accepted is written into <code>plant.toml</code> in <b>{ $folder }</b>; it can be edited by hand too.
start-file-workspace = the workspace
