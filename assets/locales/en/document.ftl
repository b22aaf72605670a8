# Documents of an asset.
document-title = Documents
document-none = This asset has no documents.
document-none-why = Add manuals, drawings or pages of the maker: plant.toml names them under [[asset.documents]].
document-add = Add document…
document-add-title = Add a document of { $asset }
document-add-where = Where it is
document-add-file = A file
document-add-page = A page on the web
document-add-path = File
# $folder: path of the folder of plant.toml.
document-add-path-hint = In the folder of the plant, { $folder }, or in one below it.
document-add-outside = This file lies elsewhere. Put it into { $folder } first, or into a folder below it.
document-add-address = Address
document-add-address-hint = It begins with https://
document-add-name = Title
document-add-taken = Another document of this asset has this title.
document-add-look = Show the lines
document-add-back = Back
document-remove = Remove { $title } from the list
document-added = Document added: { $title }
document-removed = Document removed from the list: { $title }
document-open = Open
document-open-web = Open…
document-open-title = Open { $title }
document-web-title = Open { $title } in the browser?
document-web-why = This leads out of Twinscope, to a page that somebody else keeps:
document-web-open = Open in the browser

document-no-lines = { $asset } has no lines of its own in plant.toml: a mapping rule makes it. Only an asset of the file itself can have documents.
document-meanwhile = plant.toml names other documents of { $asset } by now, so nothing was changed. Look at the list, and try again.
document-changed = The plant file names another document by now. Look at the list, and open it again.
document-address = { $address } { $why }.
document-unreadable = { $path } cannot be read: { $error }. Put the file there, or correct its path in plant.toml.
document-elsewhere = { $path } is no file in the folder of the plant: a link leads out of it, or it is a folder. Put the document itself there.
document-program = { $path } is a program, or a file that has one started: Twinscope opens only what is read. If it is a document, take its right to be run away from it, and let its name say what it is, such as manual.pdf.
document-no-program = The system has no program that opens { $place }: { $error }
