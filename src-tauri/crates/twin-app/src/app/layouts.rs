//! Layouts of the window as files: written and read whole, understood by the window alone.

use std::path::PathBuf;

use twin_core::said;

use super::App;
use crate::{
    error::{Doing, Error, Result},
    files::at_home,
    model_files::read_bounded,
    workspace::write_atomic,
};

/// A layout is some lines; more is no layout.
const BYTES_MAX: u64 = 256 << 10;
/// Layouts that are listed.
const LISTED_MAX: usize = 200;
const ENDING: &str = ".layout.json";

impl App {
    /// Names of the layouts in the workspace, in order; at most 200.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn layouts(&self) -> Result<Vec<String>> {
        let folder = self.layout_folder();
        let entries = match std::fs::read_dir(&folder) {
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|source| file(Doing::Read, folder, source))?,
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(ENDING).map(str::to_owned))
            .collect();
        names.sort();
        names.truncate(LISTED_MAX);
        Ok(names)
    }

    /// The text of a layout: a name alone is one of the workspace, else it is a path, `~` is the home folder.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Request`] when it is no text or larger than 256 KiB.
    pub fn layout(&self, named: &str) -> Result<String> {
        let path = self.layout_path(named)?;
        let bytes = read_bounded(&path, BYTES_MAX)
            .map_err(|source| file(Doing::Read, path.clone(), source))?
            .ok_or_else(|| {
                Error::Request(said!(
                    "refused-layout-file-large",
                    "{path} is larger than 256 KiB, so no layout",
                    path = path.display().to_string()
                ))
            })?;
        String::from_utf8(bytes).map_err(|_| {
            Error::Request(said!(
                "refused-layout-text",
                "{path} is no text, so no layout",
                path = path.display().to_string()
            ))
        })
    }

    /// Writes a layout and gives its path; a name alone goes into the workspace.
    ///
    /// # Errors
    /// [`Error::Request`] when there is such a file or the text is too long, [`Error::File`].
    pub fn save_layout(&self, named: &str, text: &str) -> Result<String> {
        let path = self.layout_path(named)?;
        if text.len() as u64 > BYTES_MAX {
            return Err(Error::Request(said!(
                "refused-layout-large",
                "the layout is larger than 256 KiB"
            )));
        }
        if path.exists() {
            return Err(Error::Request(said!(
                "refused-layout-exists",
                "there is already a file {path}: choose another name, or remove it",
                path = path.display().to_string()
            )));
        }
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| file(Doing::Create, folder.to_owned(), source))?;
        }
        write_atomic(&path, text.as_bytes(), false)?;
        Ok(path.display().to_string())
    }

    fn layout_folder(&self) -> PathBuf {
        self.workspace.dir().join("layouts")
    }

    fn layout_path(&self, named: &str) -> Result<PathBuf> {
        let named = named.trim();
        if named.is_empty() || named.starts_with('.') {
            return Err(Error::Request(said!(
                "refused-layout-name",
                "give the layout a name"
            )));
        }
        if named.contains(['/', '\\']) {
            let path = at_home(named);
            return match path.is_absolute() {
                true => Ok(path),
                false => Err(Error::NoFolder {
                    path: named.to_owned(),
                }),
            };
        }
        let name = named.strip_suffix(ENDING).unwrap_or(named);
        Ok(self.layout_folder().join(format!("{name}{ENDING}")))
    }
}

fn file(action: Doing, path: PathBuf, source: std::io::Error) -> Error {
    Error::File {
        action,
        path,
        source,
    }
}

#[cfg(test)]
mod tests {
    use crate::{App, Error};

    #[tokio::test]
    async fn a_layout_is_written_listed_and_read_and_never_leaves_its_folder_by_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = dir.path().join("plant");
        let (app, _notices) = App::start(&workspace, dir.path()).await.unwrap();
        assert_eq!(app.layouts().unwrap(), Vec::<String>::new());
        app.save_layout(" Night shift ", "{}").unwrap();
        assert_eq!(app.layouts().unwrap(), ["Night shift"]);
        assert_eq!(app.layout("Night shift").unwrap(), "{}");
        let again = app.save_layout("Night shift", "[]");
        assert!(again.unwrap_err().to_string().contains("already"));
        assert_eq!(app.layout("Night shift").unwrap(), "{}");

        let shared = dir.path().join("shared.json").display().to_string();
        app.save_layout(&shared, "{ }").unwrap();
        assert_eq!(app.layout(&shared).unwrap(), "{ }");
        for wrong in ["", "..", "../x", "a/b", ".hidden"] {
            assert!(app.save_layout(wrong, "{}").is_err(), "{wrong}");
            assert!(app.layout(wrong).is_err(), "{wrong}");
        }
        assert!(matches!(app.layout("none"), Err(Error::File { .. })));
        assert!(app.save_layout("long", &" ".repeat(300 << 10)).is_err());
        std::fs::write(dir.path().join("long.json"), " ".repeat(300 << 10)).unwrap();
        let long = dir.path().join("long.json").display().to_string();
        assert!(
            app.layout(&long)
                .unwrap_err()
                .to_string()
                .contains("256 KiB")
        );
        app.stop().await;
    }
}
