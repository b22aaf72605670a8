# The plant file says something else of a connection than when its form was opened.
meanwhile-removed = This connection was removed from the plant file since you opened it. Nothing was saved.
meanwhile-back = This connection is in the plant file again. Nothing was saved.
meanwhile-changed = Somebody changed this connection in the plant file since you opened it. Nothing was saved.
meanwhile-field = Field
meanwhile-was = When you opened it
meanwhile-is = Now in the plant file
meanwhile-take = Take what it says now
meanwhile-take-hint = What you filled in is given up
meanwhile-put-back = Put it back as filled in
meanwhile-overwrite = Overwrite it with this form

meanwhile-yes = yes
meanwhile-no = no
meanwhile-none = none
meanwhile-packet = messages of { $size }
meanwhile-topics = { $count ->
    [one] { $count } topic
   *[other] { $count } topics
}
meanwhile-everything = everything
meanwhile-group = group { $name }
meanwhile-resource = { $path } (every { $seconds } s)
meanwhile-resource-observed = { $path } (observed, every { $seconds } s)
meanwhile-filters = Topic filters
meanwhile-persistent = The broker keeps QoS 1 messages
meanwhile-rebirth = Rebirth requests
