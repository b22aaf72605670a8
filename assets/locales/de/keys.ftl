keys-title = Tastatur
keys-open = Tastenkürzel
keys-lead = Tasten einer Ansicht wirken, solange sie gezeigt wird; die einer Liste, eines Diagramms oder Bildes, solange es den Fokus hat.
keys-row-to = bis
keys-row-or = oder
keys-single-off = Einzeltasten sind abgeschaltet. In den Einstellungen lassen sie sich einschalten.

keys-window = Überall
keys-window-search = Assets, Signale, Alarme, Orte, Bilder, Verbindungen und Bildschirme suchen
keys-window-acknowledge = Schwersten Alarm quittieren
keys-window-time = Zeitleiste
keys-window-live = Aus dem Rückblick zurück zu Live
keys-window-screen = Eine Ansicht, gezählt von oben in der linken Leiste
keys-window-settings = Einstellungen
keys-window-shortcuts = Diese Liste

keys-search = Suchfeld
keys-search-next = Nächster Treffer
keys-search-previous = Vorheriger Treffer
keys-search-open = Treffer öffnen
keys-search-narrow = Alle Treffer in der Übersicht zeigen
keys-search-leave = Feld verlassen

keys-time = Zeitleiste
keys-time-minute = Eine Minute zurück oder vor
keys-time-hour = Eine Stunde zurück oder vor
keys-time-second = Eine Sekunde zurück oder vor
keys-time-alarm = Voriger oder nächster Alarm
keys-time-begin = Anfang der Leiste
keys-time-play = Abspielen oder anhalten
keys-time-live = Zurück zu Live

keys-overview = Übersicht
keys-overview-wall = Wandansicht
keys-overview-clear = Wieder alle Assets zeigen

keys-tiles = Kacheln
keys-tiles-move = Benachbarte Kachel
keys-tiles-page = Eine Bildschirmhöhe auf oder ab
keys-tiles-ends = Erste oder letzte Kachel

keys-tree = Baum der Orte
keys-tree-move = Zeile auf oder ab
keys-tree-fold = Zu- oder aufklappen; zum übergeordneten Ort oder zur Zeile darunter
keys-tree-page = Eine Bildschirmhöhe auf oder ab
keys-tree-ends = Erste oder letzte Zeile
keys-tree-siblings = Alle Orte dieser Ebene aufklappen
keys-tree-press = Asset öffnen; Ort auf- oder zuklappen

keys-alarms = Alarmliste
keys-alarms-move = Alarm darüber oder darunter
keys-alarms-page = Einen Bildschirm hinauf oder hinunter
keys-alarms-ends = Erster oder letzter Alarm
keys-alarms-open = Sein Asset öffnen
keys-alarms-acknowledge = Ihn quittieren

keys-ground = Plan und Karte
keys-ground-marker = Nächstes Asset in dieser Richtung
keys-ground-open = Asset öffnen; mehrere trennen
keys-ground-pan = Ausschnitt verschieben
keys-ground-closer = Vergrößern
keys-ground-further = Verkleinern
keys-ground-fit = Das Ganze zeigen
keys-ground-leave = Anzeige zum Asset schließen

keys-placing = Assets platzieren
keys-placing-move = Kreuz bewegen
keys-placing-put = Asset dorthin setzen
keys-placing-remove = Asset wegnehmen
keys-placing-undo = Rückgängig
keys-placing-leave = Asset loslassen

keys-placelist = Liste neben Plan und Karte
keys-placelist-move = Zeile hinauf oder hinab
keys-placelist-page = Einen Bildschirm hinauf oder hinab
keys-placelist-ends = Erste oder letzte Zeile
keys-placelist-open = Asset öffnen; beim Platzieren in die Hand nehmen

keys-wall = Wandansicht
keys-wall-turn = Umblättern
keys-wall-page = Umblättern
keys-wall-first = Erste Seite, die schlimmste
keys-wall-hold = Seite anhalten; weiter umblättern
keys-wall-leave = Wandansicht verlassen

keys-trend = Trend
keys-trend-pan = In der Zeit zurück oder vor
keys-trend-cursor = Cursor bewegen
keys-trend-closer = Vergrößern
keys-trend-further = Verkleinern
keys-trend-back = Vorheriger Zeitraum
keys-trend-live = Der Gegenwart folgen
keys-trend-alarm = Den dringendsten Alarm am Cursor öffnen
keys-trend-mark = Marke am Cursor setzen
keys-trend-unmark = Marken entfernen
keys-trend-annotate = Markierten Zeitraum, Cursor oder Gezeigtes anmerken
keys-trend-undo = Letzte Änderung einer Anmerkung rückgängig machen
keys-trend-leave = Erst den Cursor, dann die Marken, dann den Zeitraum zurücknehmen

keys-axis = Werteachse eines Trends
keys-axis-move = Skala nach oben oder unten verschieben
keys-axis-closer = Skala strecken
keys-axis-further = Skala stauchen
keys-axis-auto = Automatische Skala

keys-mark = Marke im Trend
keys-mark-move = Marke ein wenig verschieben
keys-mark-leap = Marke weiter verschieben
keys-mark-remove = Marke entfernen

keys-picture = Prozessbild
keys-picture-element = Nächstes oder voriges Element mit Daten
keys-picture-ends = Erstes oder letztes Element
keys-picture-open = Asset des Elements öffnen
keys-picture-pan = Bild verschieben
keys-picture-closer = Vergrößern
keys-picture-further = Verkleinern
keys-picture-fit = Ganzes Bild
keys-picture-leave = Angaben zum Element ausblenden

keys-binding = Prozessbild bearbeiten
keys-binding-save = Speichern
keys-binding-undo = Rückgängig
keys-binding-redo = Wiederholen
keys-binding-leave = Auswahl aufheben

keys-discovery = Baum des Empfangenen
keys-discovery-move = Zeile auf oder ab
keys-discovery-fold = Zu- oder aufklappen; zur Ebene darüber oder zur Zeile darunter
keys-discovery-ends = Erste oder letzte Zeile
keys-discovery-tick = Ankreuzen
keys-discovery-open = Vorschlag öffnen; Gruppe auf- oder zuklappen

keys-key-control = Strg
keys-key-shift = Umschalt
keys-key-home = Pos1
keys-key-end = Ende
keys-key-pageup = Bild auf
keys-key-pagedown = Bild ab
keys-key-enter = Eingabe
keys-key-escape = Esc
keys-key-space = Leertaste
keys-key-delete = Entf
keys-key-backspace = Rücktaste
keys-rates = Nachrichtenraten
keys-rates-move = Topic darüber oder darunter
keys-rates-ends = Erstes oder letztes Topic
keys-rates-open = Seine Nachrichten betrachten
keys-messages = Nachrichten eines Topics
keys-messages-move = Neuere oder ältere Nachricht
