# Documents of an asset.
document-title = Documents
document-none = This asset has no documents.
document-none-why = Name them in plant.toml under [[asset.documents]]: a title, and as file the path of a file beside plant.toml, or as address an https address.
document-open = Open
document-open-web = Open…
document-open-title = Open { $title }
document-web-title = Open { $title } in the browser?
document-web-why = This leads out of Twinscope, to a page that somebody else keeps:
document-web-open = Open in the browser

document-changed = The plant file names another document by now. Look at the list, and open it again.
document-address = { $address } { $why }.
document-unreadable = { $path } cannot be read: { $error }. Put the file there, or correct its path in plant.toml.
document-elsewhere = { $path } is no file in the folder of the plant: a link leads out of it, or it is a folder. Put the document itself there.
document-program = { $path } is a program, or a file that has one started: Twinscope opens only what is read. If it is a document, take its right to be run away from it, and let its name say what it is, such as manual.pdf.
document-no-program = The system has no program that opens { $place }: { $error }
