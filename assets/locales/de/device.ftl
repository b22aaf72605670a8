device-title = Gerät
device-signals = Signale
device-panes = Was vom Asset gezeigt wird
device-connection = Verbindung
device-received = Neuester Wert vor { $duration } empfangen, { $time }
device-received-never = Noch kein Wert empfangen
device-expiry = { $days ->
    [0] { $what } endet heute
    [one] { $what } endet in { $days } Tag
   *[other] { $what } endet in { $days } Tagen
}
device-expiry-over = { $what } ist abgelaufen
device-no-certificate = Kein Client-Zertifikat
device-past = Was ein Gerät von sich sagt, wird nur in seinem jetzigen Stand aufbewahrt. Zum Lesen bitte zurück zu „Live“.
device-told = Mitgeteilt vor { $duration }, { $time }
device-told-before = Vor diesem Start mitgeteilt, vor { $duration }, { $time }
device-not-told = Nicht mitgeteilt: { $names }
device-left-out = { $count ->
    [one] { $count } weitere Angabe wird nicht gezeigt
   *[other] { $count } weitere Angaben werden nicht gezeigt
}

device-presence = Anwesenheit
device-presence-online = online
device-presence-offline = offline
device-presence-sleeping = im Ruhezustand
device-name = Name
device-maker = Hersteller
device-model = Modell
device-firmware = Firmware
device-hardware = Hardware
device-serial = Seriennummer
device-address = Adresse
device-parent = Gehört zu
device-power = Stromversorgung
device-battery = Batterie
device-strength = Signalstärke
device-link-quality = Verbindungsgüte
device-uptime = Läuft seit
