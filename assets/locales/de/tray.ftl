tray-open = Twinscope öffnen
tray-quit = Aufzeichnung anhalten und beenden
