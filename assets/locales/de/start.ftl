start-title = Noch ist kein Broker verbunden
start-lead = Twinscope zeigt eine Anlage so, wie ihre MQTT-Broker sie beschreiben. Es hört nur zu: In die Anlage wird nichts geschrieben.
start-connect = Mit Ihrem Broker verbinden
start-connect-why = Host, Port und was abonniert werden soll. TLS ist voreingestellt, und ein Test sagt in Worten, woran es hakt. Was ankommt, wird unter „Erkennung“ als Assets mit Einheiten und Typen vorgeschlagen.
start-connect-add = Verbindung hinzufügen
start-demo = Eine Demoanlage ansehen
start-demo-why = Ein Pumpwerk mit Prozessbild, Alarmen und einer Anomalie zum Aufspüren. Es läuft auf diesem Rechner mit eigenem Broker, der nur auf diesem Rechner erreichbar ist und mit der Demo endet.
start-demo-try = Demo starten
start-demo-mark = DEMO
start-demo-mark-what = Demoanlage: was das heißt
start-demo-mark-why = Diese Anlage wird auf diesem Rechner gespielt: Nichts davon ist echt. Sie hat einen eigenen Ordner und eine eigene Historie.
start-demo-leave = Demo verlassen
start-demo-stands = Die gespielte Anlage läuft zurzeit nicht: Zu sehen ist ihre Historie. Starten lässt sie sich unter Einstellungen, Arbeitsordner.

start-folder = Einen Anlagenordner öffnen
start-folder-why = Ein Ordner mit einer plant.toml und ihrer Historie: von einem anderen Rechner, aus einer Sicherung oder von Kollegen.
start-folder-path = Ordner
start-folder-open = Öffnen
start-folder-make = Dort eine leere Anlage anlegen, falls es keine gibt

start-step-plant = Anlage und Broker starten
start-step-workspace = Anlage und Historie öffnen
start-cancelled = Abgebrochen. Es wurde nichts geändert.

start-other = Eine andere Anlage öffnen
start-other-why = Die jetzt geöffnete Anlage wird weder überwacht noch aufgezeichnet, solange eine andere geöffnet ist.
start-own = Zurück zur eigenen Anlage
start-file = Was übernommen wird, steht danach in <code>plant.toml</code> in <b>{ $folder }</b>; die Datei lässt sich auch von Hand bearbeiten.
start-file-workspace = dem Arbeitsordner
