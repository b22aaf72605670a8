document-title = Dokumente
document-none = Dieses Asset hat keine Dokumente.
document-none-why = Nennen Sie sie in plant.toml unter [[asset.documents]]: einen Titel (title) und als file den Pfad einer Datei neben plant.toml oder als address eine https-Adresse.
document-open = Öffnen
document-open-web = Öffnen…
document-open-title = { $title } öffnen
document-web-title = { $title } im Browser öffnen?
document-web-why = Das führt aus Twinscope hinaus, auf eine Seite, die jemand anderes pflegt:
document-web-open = Im Browser öffnen

document-changed = Die Anlagendatei nennt inzwischen ein anderes Dokument. Bitte die Liste ansehen und erneut öffnen.
document-address = Die Adresse { $address } ist nicht zulässig: { $why }.
document-unreadable = { $path } ist nicht lesbar: { $error }. Legen Sie die Datei dort ab, oder berichtigen Sie ihren Pfad in plant.toml.
document-elsewhere = { $path } ist keine Datei im Ordner der Anlage: Ein Verweis führt hinaus, oder es ist ein Ordner. Legen Sie das Dokument selbst dort ab.
document-program = { $path } ist ein Programm oder eine Datei, die eines startet: Twinscope öffnet nur, was gelesen wird. Ist es ein Dokument, nehmen Sie ihm das Recht, ausgeführt zu werden, und lassen Sie den Namen sagen, was es ist, etwa handbuch.pdf.
document-no-program = Das System hat kein Programm, das { $place } öffnet: { $error }
