//! The model files that a plant file names: read from the workspace's folder `models`, and from nowhere else.

use std::{
    collections::{BTreeMap, BTreeSet, hash_map::DefaultHasher},
    fs,
    hash::{Hash, Hasher},
    io::Read,
    path::{Path, PathBuf},
};

use twin_core::{Said, said};
use twin_model::{Models, Plant};

/// Where they lie, below the plant file.
pub const FOLDER: &str = "models";
/// Most bytes read of all model files of a plant.
pub const BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A plant file with its model files.
#[derive(Debug)]
pub struct Loaded {
    /// As the plant file has it, without what the models give.
    pub written: Plant,
    /// As it is meant: types have the signals of their models too.
    pub plant: Plant,
    /// What the models say.
    pub models: Models,
}

/// What reading a plant file came to.
#[derive(Debug)]
pub struct Load {
    /// Names of its model files; none when the plant file itself is wrong.
    pub files: BTreeSet<String>,
    /// Tells whether the files are still the same.
    pub print: u64,
    /// The plant, or what is wrong with it.
    pub loaded: Result<Loaded, twin_model::Error>,
}

/// Content by name, or in words why it cannot be had.
pub type Contents = BTreeMap<String, Result<Vec<u8>, Said>>;

/// Reads a text as the plant file of the workspace `dir`, and the model files that it names.
pub fn load(dir: &Path, text: &str) -> Load {
    let written = match Plant::parse(text) {
        Ok(written) => written,
        Err(error) => {
            return Load {
                files: BTreeSet::new(),
                print: 0,
                loaded: Err(error),
            };
        }
    };
    let files = names(&written);
    let contents = read(dir, &files);
    let models = Models::read(&contents);
    let loaded = Plant::parse_with(text, &models).map(|plant| Loaded {
        written,
        plant,
        models,
    });
    Load {
        files,
        print: print(&contents),
        loaded,
    }
}

/// Names of the model files of a plant.
pub fn names(plant: &Plant) -> BTreeSet<String> {
    let types = plant.types.iter();
    types.filter_map(|one| one.model_file.clone()).collect()
}

/// Reads files, at most [`BYTES_MAX`] together.
pub fn read(dir: &Path, names: &BTreeSet<String>) -> Contents {
    let mut left = BYTES_MAX;
    let mut contents = Contents::new();
    for name in names {
        let content = read_one(dir, name, left);
        left -= content.as_ref().map_or(0, |bytes| bytes.len() as u64);
        contents.insert(name.clone(), content);
    }
    contents
}

/// Tells whether contents are the same.
pub fn print(contents: &Contents) -> u64 {
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    hasher.finish()
}

fn read_one(dir: &Path, name: &str, left: u64) -> Result<Vec<u8>, Said> {
    let unreadable = |error: std::io::Error| {
        said!(
            "plantfile-model-unreadable",
            "\"{name}\" cannot be read ({error}); put the file there, or correct the name",
            name = name,
            error = error.to_string()
        )
    };
    let path = inside(dir, name).map_err(unreadable)?;
    let path = path.ok_or_else(|| {
        said!(
            "plantfile-model-outside",
            "\"{name}\" does not lie in the folder {folder} beside the plant file; copy it into that folder",
            name = name,
            folder = FOLDER
        )
    })?;
    read_bounded(&path, left)
        .map_err(unreadable)?
        .ok_or_else(|| {
            let most = BYTES_MAX / (1024 * 1024);
            said!(
                "plantfile-model-large",
                "\"{name}\" makes the model files of this plant larger than {most} MiB together; use smaller ones",
                name = name,
                most = most
            )
        })
}

/// Where a file really lies, links followed; none when that is outside of the folder.
fn inside(dir: &Path, name: &str) -> std::io::Result<Option<PathBuf>> {
    let path = fs::canonicalize(dir.join(name))?;
    let folder = fs::canonicalize(dir.join(FOLDER))?;
    Ok(path.starts_with(folder).then_some(path))
}

/// Reads a file; none when it has more than `most` bytes. What is no plain file is not opened: it might never end.
///
/// # Errors
/// What the system says.
pub fn read_bounded(path: &Path, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is no plain file"));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(file: &str) -> String {
        format!(
            "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[[type]]\nid = \"t\"\nmodel_file = \"{file}\"\n"
        )
    }

    const MODEL: &str = r#"{ "@context": "dtmi:dtdl:context;3", "@id": "dtmi:a:B;1", "@type": "Interface",
        "contents": [{ "@type": "Telemetry", "name": "t", "schema": "double" }] }"#;

    fn refusal(dir: &Path, file: &str) -> String {
        load(dir, &text(file)).loaded.unwrap_err().to_string()
    }

    #[test]
    fn a_file_in_the_folder_is_read_and_a_change_shows() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(FOLDER)).unwrap();
        fs::write(dir.path().join("models/a.json"), MODEL).unwrap();
        let first = load(dir.path(), &text("models/a.json"));
        let loaded = first.loaded.unwrap();
        assert_eq!(loaded.plant.types[0].signals[0].id, "t");
        assert!(loaded.written.types[0].signals.is_empty());
        fs::write(
            dir.path().join("models/a.json"),
            MODEL.replace("\"t\"", "\"u\""),
        )
        .unwrap();
        let second = load(dir.path(), &text("models/a.json"));
        assert_ne!(first.print, second.print);
        assert_eq!(second.loaded.unwrap().plant.types[0].signals[0].id, "u");
    }

    #[test]
    fn what_lies_elsewhere_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let folder = dir.path().join(FOLDER);
        fs::create_dir(&folder).unwrap();
        fs::write(dir.path().join("beside.json"), MODEL).unwrap();
        fs::write(outside.path().join("far.json"), MODEL).unwrap();
        assert!(refusal(dir.path(), "beside.json").contains("does not lie in the folder"));
        assert!(refusal(dir.path(), "models/../beside.json").contains("\"..\""));
        assert!(refusal(dir.path(), "models/gone.json").contains("cannot be read"));
        assert!(refusal(dir.path(), "models").contains("no plain file"));
        #[cfg(unix)]
        {
            let link = |from: PathBuf, to: &str| {
                std::os::unix::fs::symlink(from, folder.join(to)).unwrap()
            };
            link(outside.path().join("far.json"), "link.json");
            link(outside.path().to_owned(), "away");
            link(folder.join("none.json"), "none.json");
            assert!(refusal(dir.path(), "models/link.json").contains("does not lie in the folder"));
            assert!(refusal(dir.path(), "models/away/far.json").contains("does not lie"));
            assert!(refusal(dir.path(), "models/none.json").contains("cannot be read"));
        }
    }

    #[test]
    fn what_is_too_large_is_not_read_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("large");
        fs::write(&path, [b' '; 100]).unwrap();
        assert_eq!(read_bounded(&path, 99).unwrap(), None);
        assert_eq!(
            read_bounded(&path, 100).unwrap().map(|bytes| bytes.len()),
            Some(100)
        );
    }
}
