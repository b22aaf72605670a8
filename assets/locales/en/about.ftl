# What this program is, and what others made of it.
about-title = About Twinscope
about-open = About Twinscope, licences…
about-what = A plant as live digital twins. It only listens, opens no port, and reports nothing to anyone.
about-licence = Licence: MIT or Apache-2.0, at your choice.
about-commit = Commit
about-profile = Build
about-target = Built for
about-compiler = Compiler
about-unknown = not known
about-others = Made by others
about-count = { $found } of { $count }
about-find = Name or licence
about-nothing = Nothing is named “{ $query }”.
about-loading = Reading…
about-text = Text of the licence
about-choose = Choose a package to read its licence.
# $licence: its short name, such as MIT.
about-no-text = Its author ships no text of their own; it is used under { $licence }.
