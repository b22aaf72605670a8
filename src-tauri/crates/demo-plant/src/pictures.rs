//! The demo's process pictures, plans and documents in its workspace: brought along from the assets, and kept when a person changed
//! them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Copies the files in the folder `name` of `shipped` into that of the workspace, over copies that nobody changed; gives
/// the names of those that were written.
///
/// # Errors
/// When a file cannot be read or written.
pub fn prepare(shipped: &Path, workspace: &Path, name: &str) -> Result<Vec<String>> {
    let shipped = &shipped.join(name);
    let folder = workspace.join(name);
    // The shipped picture as it was copied tells later whether the copy was changed.
    let bases = workspace.join(format!(".{name}.shipped"));
    for folder in [&folder, &bases] {
        fs::create_dir_all(folder)
            .with_context(|| format!("could not create {}", folder.display()))?;
    }
    let mut written = Vec::new();
    let entries =
        fs::read_dir(shipped).with_context(|| format!("could not read {}", shipped.display()))?;
    for entry in entries {
        let path = entry?.path();
        let Some(name) = path.file_name().filter(|_| path.is_file()) else {
            continue;
        };
        let read = |path: &Path| {
            fs::read(path).with_context(|| format!("could not read {}", path.display()))
        };
        let new = read(&path)?;
        let (copy, base) = (folder.join(name), bases.join(name));
        let is_ours = !copy.exists() || (base.exists() && read(&copy)? == read(&base)?);
        if !is_ours || (copy.exists() && read(&copy)? == new) {
            continue;
        }
        for path in [&copy, &base] {
            fs::write(path, &new).with_context(|| format!("could not write {}", path.display()))?;
        }
        written.push(name.to_string_lossy().into_owned());
    }
    written.sort();
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_renewed_until_somebody_changes_it() {
        let folder = tempfile::tempdir().unwrap();
        let (shipped, workspace) = (folder.path().join("shipped"), folder.path().join("plant"));
        fs::create_dir_all(shipped.join("pictures")).unwrap();
        let copy = workspace.join("pictures/a.svg");
        let put = |text: &str| fs::write(shipped.join("pictures/a.svg"), text).unwrap();
        let read = || fs::read_to_string(&copy).unwrap();
        put("one");
        assert_eq!(
            prepare(&shipped, &workspace, "pictures").unwrap(),
            ["a.svg"]
        );
        assert!(
            prepare(&shipped, &workspace, "pictures")
                .unwrap()
                .is_empty()
        );
        put("two");
        assert_eq!(
            prepare(&shipped, &workspace, "pictures").unwrap(),
            ["a.svg"]
        );
        assert_eq!(read(), "two");
        fs::write(&copy, "bound").unwrap();
        put("three");
        assert!(
            prepare(&shipped, &workspace, "pictures")
                .unwrap()
                .is_empty()
        );
        assert_eq!(read(), "bound");
    }
}
