//! The process pictures of a workspace: SVG files in its folder `pictures`, listed, read, bound and brought in.
//!
//! Rooms, in the order in which they may import one another: `markup` -> this one. What a picture may show is decided
//! where it is drawn, by the window; here it is bounded, and changed in its bindings only.

mod markup;

use std::{
    fs::{self, OpenOptions},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use twin_core::{Said, said};

use self::markup::Markup;
use crate::{
    api::pictures::{PictureBinding, PictureLeftOut, PictureList, PictureRow, PictureView},
    error::{Doing, Error, Result},
    model_files::read_bounded,
};

/// Where they lie, below the plant file.
const FOLDER: &str = "pictures";
/// The ending of their files.
const ENDING: &str = ".svg";
/// The ending that the text of before bindings gets.
const OLD: &str = ".bak";
/// Largest picture, bytes.
pub const BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Most pictures that are listed.
const PICTURES_MAX: usize = 200;
/// Longest name of a file, bytes: file systems end at 255, and a copy of the old one needs room for its ending.
const NAME_MAX: usize = 200;

/// The pictures of the workspace `dir`.
///
/// # Errors
/// [`Error::File`] when the folder is there and cannot be read.
pub fn list(dir: &Path) -> Result<PictureList> {
    let folder = dir.join(FOLDER);
    let mut list = PictureList {
        folder: folder.display().to_string(),
        rows: Vec::new(),
        left_out: Vec::new(),
    };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(list),
        Err(source) => return Err(file(Doing::Read, &folder, source)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(|source| file(Doing::Read, &folder, source))?;
        let name = name.file_name().to_string_lossy().into_owned();
        if name.to_ascii_lowercase().ends_with(ENDING) && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    for (number, name) in names.into_iter().enumerate() {
        let row = if number < PICTURES_MAX {
            row(dir, &name)
        } else {
            Err(Error::Request(said!(
                "refused-many-pictures",
                "only the first {most} pictures are shown: move others elsewhere",
                most = PICTURES_MAX
            )))
        };
        match row {
            Ok(row) => list.rows.push(row),
            Err(error) => list.left_out.push(PictureLeftOut {
                name,
                reason: error.said().into(),
            }),
        }
    }
    Ok(list)
}

/// A picture with its text.
///
/// # Errors
/// [`Error::Request`] when it is no picture that can be shown, [`Error::File`] when it cannot be read.
pub fn read(dir: &Path, name: &str) -> Result<PictureView> {
    let row = row(dir, name)?;
    let text = text_of(&place(dir, name)?, name)?;
    Markup::read(&text).map_err(|why| wrong(name, why))?;
    Ok(PictureView {
        row,
        print: print(&text),
        text,
    })
}

/// Writes bindings into a picture and gives it anew; every other byte stays. The old one is kept beside it with the
/// ending `.bak`. `print` is that of the picture that was bound.
///
/// # Errors
/// [`Error::Request`] when it was changed meanwhile or cannot be bound so, [`Error::File`].
pub fn save(
    dir: &Path,
    name: &str,
    expected: &str,
    bindings: &[PictureBinding],
) -> Result<PictureView> {
    let path = place(dir, name)?;
    let old = text_of(&path, name)?;
    if print(&old) != expected {
        return Err(Error::Request(said!(
            "refused-picture-changed",
            "{name} was changed by another program since you opened it, and nothing was written: load it again",
            name = name
        )));
    }
    let markup = Markup::read(&old).map_err(|why| wrong(name, why))?;
    let new = markup.bound(bindings).map_err(|why| wrong(name, why))?;
    let still = Markup::read(&new).map_err(|why| wrong(name, why))?;
    if still.len() != markup.len() || new.len() as u64 > BYTES_MAX {
        let why = said!("drawing-grown", "it would grow beyond what can be shown");
        return Err(wrong(name, why));
    }
    if new != old {
        write_atomic(&beside(&path, OLD), old.as_bytes())?;
        write_atomic(&path, new.as_bytes())?;
    }
    read(dir, name)
}

/// What it takes to undo what was done to a picture.
#[derive(Clone, Debug)]
pub struct PictureBack {
    /// Its file.
    pub file: String,
    /// The print of its text of before, which lies beside it; none when it was brought in.
    pub before: Option<String>,
    /// The print of its text afterwards.
    pub after: String,
}

/// Takes bindings back, or a picture that was brought in.
///
/// # Errors
/// [`Error::Restore`] when it was changed since, [`Error::Request`], [`Error::File`].
pub fn undo(dir: &Path, back: &PictureBack) -> Result<()> {
    let path = place(dir, &back.file)?;
    if print(&text_of(&path, &back.file)?) != back.after {
        return Err(Error::changed(&back.file));
    }
    let Some(before) = &back.before else {
        return fs::remove_file(&path).map_err(|source| file(Doing::Remove, &path, source));
    };
    let old = text_of(&beside(&path, OLD), &back.file)?;
    if print(&old) != *before {
        return Err(Error::changed(&format!("{}{OLD}", back.file)));
    }
    write_atomic(&path, old.as_bytes())
}

/// The print of a picture as it is now.
///
/// # Errors
/// As [`read`].
pub fn print_of(dir: &Path, name: &str) -> Result<String> {
    text_of(&place(dir, name)?, name).map(|text| print(&text))
}

/// Copies a picture from anywhere into the workspace; gives its row. A picture of the same name is not replaced: the copy
/// gets a number.
///
/// # Errors
/// [`Error::Request`] when it is no picture that can be shown, [`Error::File`] when it cannot be read or copied.
pub fn import(dir: &Path, from: &Path) -> Result<PictureRow> {
    let name = from
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    check_name(&name)?;
    let text = text_of(from, &name)?;
    Markup::read(&text).map_err(|why| wrong(&name, why))?;
    let folder = dir.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|source| file(Doing::Create, &folder, source))?;
    let stem = &name[..name.len() - ENDING.len()];
    for number in 1..=PICTURES_MAX {
        let copy = if number == 1 {
            name.clone()
        } else {
            format!("{stem} {number}{ENDING}")
        };
        let path = folder.join(&copy);
        match OpenOptions::new().create_new(true).write(true).open(&path) {
            Ok(mut out) => {
                let written = out.write_all(text.as_bytes()).and_then(|()| out.sync_all());
                if let Err(source) = written {
                    // Half a picture is none; that it could not be written is said either way.
                    let _ = fs::remove_file(&path);
                    return Err(file(Doing::Write, &path, source));
                }
                return row(dir, &copy);
            }
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(file(Doing::Write, &path, source)),
        }
    }
    let why = said!(
        "drawing-many-names",
        "there are too many pictures of this name already"
    );
    Err(wrong(&name, why))
}

/// Looks at the text of a drawing, as of every picture that is shown.
///
/// # Errors
/// In words for a person: what is no SVG, not well-formed, too large or too deep, or brings definitions of its own.
pub fn check(text: &str) -> std::result::Result<(), Said> {
    Markup::read(text).map(drop)
}

fn row(dir: &Path, name: &str) -> Result<PictureRow> {
    let path = place(dir, name)?;
    let facts = fs::metadata(&path).map_err(|source| file(Doing::Read, &path, source))?;
    if !facts.is_file() {
        return Err(wrong(name, said!("drawing-no-file", "it is no plain file")));
    }
    if facts.len() > BYTES_MAX {
        return Err(too_large(name));
    }
    let changed = facts
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    Ok(PictureRow {
        name: name.to_owned(),
        title: name[..name.len() - ENDING.len()].to_owned(),
        stamp: format!("{changed}-{}", facts.len()),
    })
}

fn check_name(name: &str) -> Result<()> {
    let plain = Path::new(name).components().count() == 1
        && !name.starts_with('.')
        && !name.contains(['/', '\\', '\0'])
        && name.len() <= NAME_MAX;
    let is_svg = name.is_char_boundary(name.len().saturating_sub(ENDING.len()))
        && name.len() > ENDING.len()
        && name[name.len() - ENDING.len()..].eq_ignore_ascii_case(ENDING);
    if plain && is_svg {
        return Ok(());
    }
    Err(Error::Request(said!(
        "refused-picture-name",
        "\"{name}\" is no name of a picture: it must be a plain file name that ends with {ending}",
        name = name,
        ending = ENDING
    )))
}

/// Where a picture really lies, links followed: nowhere but in the folder.
fn place(dir: &Path, name: &str) -> Result<PathBuf> {
    check_name(name)?;
    let folder = dir.join(FOLDER);
    let path = folder.join(name);
    let real = fs::canonicalize(&path).map_err(|source| file(Doing::Read, &path, source))?;
    let folder = fs::canonicalize(&folder).map_err(|source| file(Doing::Read, &folder, source))?;
    if real.starts_with(folder) {
        Ok(real)
    } else {
        let why = said!(
            "drawing-link",
            "it is a link to a file outside of the folder: copy it in"
        );
        Err(wrong(name, why))
    }
}

fn text_of(path: &Path, name: &str) -> Result<String> {
    let bytes = read_bounded(path, BYTES_MAX).map_err(|source| file(Doing::Read, path, source))?;
    let bytes = bytes.ok_or_else(|| too_large(name))?;
    String::from_utf8(bytes).map_err(|_| wrong(name, no_text()))
}

fn print(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{:016x}-{}", hasher.finish(), text.len())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Through a temporary file and a rename, so that a crash leaves the old or the new content.
fn write_atomic(path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = beside(path, ".new");
    let written = fs::File::create(&temporary)
        .and_then(|mut out| out.write_all(bytes).and_then(|()| out.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    written.map_err(|source| file(Doing::Write, path, source))
}

fn too_large(name: &str) -> Error {
    let most = BYTES_MAX / (1024 * 1024);
    let why = said!(
        "drawing-large",
        "it is larger than {most} MiB: make its embedded images smaller",
        most = most
    );
    wrong(name, why)
}

/// Why bytes are no drawing.
pub fn no_text() -> Said {
    said!(
        "drawing-utf8",
        "it is no UTF-8 text: save it as \"Plain SVG\""
    )
}

fn wrong(name: &str, why: Said) -> Error {
    Error::Request(said!(
        "refused-picture",
        "{name} cannot be used as a picture: {why}",
        name = name,
        why = why
    ))
}

fn file(action: Doing, path: &Path, source: io::Error) -> Error {
    Error::File {
        action,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests;
