overview-title = Overview
overview-tiles = Assets
overview-tree = Plant by place
overview-all = All assets
overview-normal = { $count } normal
# Assets that the filter lets through, and all.
overview-of = { $shown } of { $count } assets

overview-view = View
overview-view-tiles = Tiles
overview-view-tree = Tree
overview-view-plan = Plan
overview-group = Group
overview-group-area = Area
overview-group-line = Line
overview-group-cell = Cell
overview-group-type = Type
overview-group-alarm = Alarm priority
overview-group-connection = Connection
overview-group-none = None
overview-sort = Sort
overview-sort-worst = Worst first
overview-sort-name = Name
overview-sort-plant = Plant order

# Headings of groups.
overview-priority = Priority { $priority }
overview-no-alarm = Without alarm
overview-no-place = Without a place
overview-no-type = Without a type
overview-no-connection = Without a connection

# Levels of the hierarchy (ISA-95).
overview-level-enterprise = Enterprise
overview-level-site = Site
overview-level-area = Area
overview-level-line = Line
overview-level-cell = Cell

overview-filter = Filter
overview-state-alarm = Alarm
overview-state-alarm-why = Assets with a standing alarm
overview-state-unack = Unacknowledged
overview-state-unack-why = Assets with an alarm that nobody has acknowledged
overview-state-anomaly = Anomaly
overview-state-anomaly-why = Assets that a model finds abnormal
overview-state-doubt = Stale or bad
overview-state-doubt-why = Assets without data, with none yet, or with a value of bad quality
overview-state-standby = Standby
overview-state-standby-why = Assets that stand still as meant
overview-facet-types = Type
overview-facet-places = Place
overview-facet-connections = Connection
overview-facet-find = Find in the list
overview-facet-nothing = Nothing has this name.
overview-clear = Clear filter
overview-clear-short = Clear
overview-text = “{ $text }”
overview-text-show = { $count ->
    [one] Show this asset only on the overview
   *[other] Show these { $count } assets only on the overview
}
# The key that does it.
overview-text-key = Ctrl+Enter
overview-text-remove = Search for “{ $text }”: remove

overview-nothing = No asset fits the filter.
overview-nothing-advice = { $count ->
    [one] The plant has one asset; take back a choice above, or clear the filter to see it.
   *[other] The plant has { $count } assets; take back a choice above, or clear the filter to see them.
}
overview-empty = The plant has no assets yet.
overview-empty-discovery = What the brokers send is proposed under <a>Discovery</a> as soon as something is heard.
overview-empty-file = Assets can also be written into <code>{ $path }</code>.
overview-tile-standby = Standby

# Sums at a place of the tree.
overview-sum-unack = { $count } unacknowledged
overview-sum-doubt = { $count } stale or bad

# Wall mode: large tiles over the whole screen, in pages that turn by themselves.
overview-wall = Wall
overview-wall-each = Each page
overview-wall-seconds = { $seconds } s
overview-wall-leave = Leave
overview-wall-page = Page { $page } of { $count }
overview-wall-held = Held. Space goes on, and so do two minutes without a touch.
overview-wall-no-ack = Nothing is acknowledged from the wall. Press Escape to leave it first.
# On the key of a keyboard.
overview-key-escape = Esc
