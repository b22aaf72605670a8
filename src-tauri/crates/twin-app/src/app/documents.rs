//! Documents of an asset: what may be opened, by the system's programs and outside of this one.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use twin_core::{Said, said};
use twin_model::{
    PaperPlace,
    paper::{runs, wrong_address, wrong_file},
};

use super::{App, device::asset_of};
use crate::{
    api::documents::DocumentView,
    error::{Error, Result},
};

/// How programs and scripts begin, whatever they are called: ELF, Windows, scripts, Mach-O.
const PROGRAMS: [&[u8]; 7] = [
    b"\x7fELF",
    b"MZ",
    b"#!",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
];
/// What makes a text file one that is run (Desktop Entry Specification), and how far it is looked for.
const DESKTOP_ENTRY: &[u8] = b"[Desktop Entry]";
const LOOKED_AT: u64 = 4_096;

/// What a person wants opened, found to be harmless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToOpen {
    /// A file, as a whole path.
    File(PathBuf),
    /// A page on the web.
    Address(String),
}

impl App {
    /// The documents of an asset, in the order of the plant file.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Stopped`].
    pub async fn documents(&self, asset: &str) -> Result<Vec<DocumentView>> {
        let compiled = self.compiled();
        let papers = asset_of(&compiled, asset)?.papers.clone();
        let dir = self.workspace.dir().to_owned();
        let look = tokio::task::spawn_blocking(move || {
            let view = |paper: twin_model::Paper| {
                let wrong = checked(&dir, &paper.place).err().map(|why| (&why).into());
                let (place, web) = match paper.place {
                    PaperPlace::File(path) => (path, false),
                    PaperPlace::Address(address) => (address, true),
                };
                DocumentView {
                    title: paper.title,
                    place,
                    web,
                    wrong,
                }
            };
            papers.into_iter().map(view).collect()
        });
        look.await.map_err(|_| Error::Stopped)
    }

    /// The document with this number of an asset, for the system to open. `seen` is the path or address that the person was
    /// shown: it is compared, never followed.
    ///
    /// # Errors
    /// [`Error::Unknown`]; [`Error::Document`] when it is another one by now, or may not be opened.
    pub async fn document_to_open(&self, asset: &str, index: usize, seen: &str) -> Result<ToOpen> {
        let compiled = self.compiled();
        let papers = &asset_of(&compiled, asset)?.papers;
        let place = papers.get(index).map(|paper| paper.place.clone());
        let is_seen = |place: &PaperPlace| match place {
            PaperPlace::File(path) => path == seen,
            PaperPlace::Address(address) => address == seen,
        };
        let place = place.filter(is_seen).ok_or_else(|| {
            Error::Document(said!(
                "document-changed",
                "The plant file names another document by now. Look at the list, and open it again."
            ))
        })?;
        let dir = self.workspace.dir().to_owned();
        let check = tokio::task::spawn_blocking(move || checked(&dir, &place));
        let checked = check.await.map_err(|_| Error::Stopped)?;
        checked.map_err(Error::Document)
    }
}

/// Fails with why it may not be opened.
pub(super) fn checked(dir: &Path, place: &PaperPlace) -> std::result::Result<ToOpen, Said> {
    match place {
        PaperPlace::Address(address) => match wrong_address(address) {
            None => Ok(ToOpen::Address(address.clone())),
            Some(why) => Err(said!(
                "document-address",
                "{address} {why}.",
                address = address.as_str(),
                why = why
            )),
        },
        PaperPlace::File(path) => file(dir, path).map(ToOpen::File),
    }
}

fn file(dir: &Path, path: &str) -> std::result::Result<PathBuf, Said> {
    if wrong_file(path).is_some() {
        return Err(run(path));
    }
    let unreadable = |error: std::io::Error| {
        said!(
            "document-unreadable",
            "{path} cannot be read: {error}. Put the file there, or correct its path in plant.toml.",
            path = path,
            error = error.to_string()
        )
    };
    let home = dir.canonicalize().map_err(unreadable)?;
    // Wherever links lead: what counts is the file that would be opened.
    let whole = home.join(path).canonicalize().map_err(unreadable)?;
    let metadata = fs::metadata(&whole).map_err(unreadable)?;
    if !whole.starts_with(&home) || !metadata.is_file() {
        return Err(said!(
            "document-elsewhere",
            "{path} is no file in the folder of the plant: a link leads out of it, or it is a folder. Put the document \
             itself there.",
            path = path
        ));
    }
    let own_name = whole
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let mut head = Vec::new();
    let opened = File::open(&whole).map_err(unreadable)?;
    opened
        .take(LOOKED_AT)
        .read_to_end(&mut head)
        .map_err(unreadable)?;
    let is_program = PROGRAMS.iter().any(|begin| head.starts_with(begin))
        || head
            .windows(DESKTOP_ENTRY.len())
            .any(|part| part == DESKTOP_ENTRY)
        || own_name.is_none_or(|name| runs(&name).is_some());
    if is_program || may_be_run(&metadata) {
        return Err(run(path));
    }
    Ok(whole)
}

fn run(path: &str) -> Said {
    said!(
        "document-program",
        "{path} is a program, or a file that has one started: Twinscope opens only what is read. If it is a document, take \
         its right to be run away from it, and let its name say what it is, such as manual.pdf.",
        path = path
    )
}

#[cfg(unix)]
fn may_be_run(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
const fn may_be_run(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(dir: &Path, path: &str) -> String {
        let place = PaperPlace::File(path.to_owned());
        let said = checked(dir, &place).unwrap_err();
        said.sentences[0].id.clone().into_owned()
    }

    #[test]
    fn a_document_is_opened_where_it_really_lies() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("documents")).unwrap();
        fs::write(dir.path().join("documents/m.pdf"), "%PDF-1.7").unwrap();
        let place = PaperPlace::File("documents/m.pdf".into());
        let whole = dir.path().canonicalize().unwrap().join("documents/m.pdf");
        assert_eq!(checked(dir.path(), &place).unwrap(), ToOpen::File(whole));
        let page = PaperPlace::Address("https://example.org/".into());
        assert_eq!(
            checked(dir.path(), &page).unwrap(),
            ToOpen::Address("https://example.org/".into())
        );
        assert_eq!(
            refused(dir.path(), "documents/n.pdf"),
            "document-unreadable"
        );
        fs::create_dir(dir.path().join("folder.pdf")).unwrap();
        assert_eq!(refused(dir.path(), "folder.pdf"), "document-elsewhere");
    }

    #[test]
    fn programs_are_refused_whatever_they_are_called() {
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in [
            ("elf.pdf", &b"\x7fELF\x02"[..]),
            ("windows.txt", b"MZ\x90"),
            ("script.txt", b"#!/bin/sh\n"),
            ("entry.txt", b"# a comment\n[Desktop Entry]\nExec=true\n"),
            ("plain.sh", b"true"),
        ] {
            fs::write(dir.path().join(name), content).unwrap();
            assert_eq!(refused(dir.path(), name), "document-program", "{name}");
        }
        assert_eq!(refused(dir.path(), "../x.pdf"), "document-program");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_rights_are_looked_at() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("x.pdf"), "%PDF").unwrap();
        symlink(outside.path().join("x.pdf"), dir.path().join("out.pdf")).unwrap();
        assert_eq!(refused(dir.path(), "out.pdf"), "document-elsewhere");
        fs::write(dir.path().join("tool.desktop"), "").unwrap();
        symlink(dir.path().join("tool.desktop"), dir.path().join("in.pdf")).unwrap();
        assert_eq!(refused(dir.path(), "in.pdf"), "document-program");
        fs::write(dir.path().join("m.pdf"), "%PDF").unwrap();
        let rights = fs::Permissions::from_mode(0o755);
        fs::set_permissions(dir.path().join("m.pdf"), rights).unwrap();
        assert_eq!(refused(dir.path(), "m.pdf"), "document-program");
    }
}
