# What the wall turns through.
wall-pages = Pages
wall-pages-what = These turn one after another. The first comes again after every few, and at once with a new alarm.
wall-page-worst = The worst first
wall-page-alarms = Alarm list
wall-page-gone = not in this plant
wall-kind-worst = tiles
wall-kind-alarms = list
wall-kind-ground = plan
wall-kind-picture = picture
wall-kind-place = tiles
wall-no-alarm = No alarm stands.
