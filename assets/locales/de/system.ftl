# Was Twinscope von sich selbst meldet, als Assets und Signale neben denen der Anlage, und deren Alarme.
# $name: Name der Verbindung, wie er in der Anlagendatei steht.
system-connection = Verbindung { $name }
system-type = Was Twinscope von sich selbst meldet

system-dropped = Verlorene Nachrichten
system-left-out = Nachrichten über der Ratengrenze
system-beyond-topics = Nachrichten über der Topic-Grenze
system-beyond-addresses = Nachrichten über der Adressgrenze
system-not-written = Historie wird nicht geschrieben

# Was jeweils zu tun ist; hinter einem Doppelpunkt.
system-advice-dropped = Topic-Filter einengen oder QoS 1 und eine dauerhafte Sitzung verlangen
system-advice-left-out = Topic-Filter einengen oder die Ratengrenze anheben
system-advice-beyond-topics = Topic-Filter einengen oder die Grenze für Topics anheben
system-advice-beyond-addresses = Topic-Filter einengen oder die Grenze für Adressen anheben
system-advice-not-written = Platz auf der Festplatte schaffen; die Statuszeile sagt, woran es liegt

# $name: eines der obigen, etwa „Verlorene Nachrichten“.
system-about = { $name }:
# Hinter einer Zahl: wie viele, seit der Alarm kam. $advice: was zu tun ist.
system-so-far = bisher: { $advice }
system-in-all = insgesamt: { $advice }

# Die Karte eines solchen Assets.
system-what = Was zu tun ist
system-fine = Jetzt geht nichts verloren. Ein Alarm endet von selbst eine Minute nach der letzten verlorenen Nachricht.
system-fine-program = Die Historie wird geschrieben. Ihr Alarm endet von selbst, sobald das wieder geht.
system-to-connection = Einstellungen der Verbindung
system-to-dropped = Was verloren ging
system-to-rates = Was auf ihren Topics kommt
system-to-program = Wie es dem Programm geht
