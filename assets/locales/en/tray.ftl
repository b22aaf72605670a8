# The menu of the icon in the tray.
tray-open = Open Twinscope
tray-quit = Stop collecting and quit
