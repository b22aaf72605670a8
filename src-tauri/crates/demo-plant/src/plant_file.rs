//! The demo's plant file in its workspace: brought along from the assets, kept when a person changed it, with the port
//! that the demo's broker has today.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The connection of the shipped plant file that points to the demo's broker.
const CONNECTION: &str = "station";

/// What [`prepare`] did with the plant file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// There was none: the shipped one was copied.
    Copied,
    /// The shipped one changed and nobody had touched the copy: replaced.
    Renewed,
    /// It is the shipped one, the port apart.
    Unchanged,
    /// A person or the application changed it: kept as it is, the port apart.
    KeptEdits,
}

/// The plant file of a workspace.
#[must_use]
pub fn path_in(workspace: &Path) -> PathBuf {
    workspace.join("plant.toml")
}

/// The port that a plant file has for the demo's connection, if there is such a file.
#[must_use]
pub fn port_in(file: &Path) -> Option<u16> {
    let text = fs::read_to_string(file).ok()?;
    find_port(&text, CONNECTION).and_then(|(_, port)| port)
}

/// Puts the plant file into `workspace`, with `port` in its connection.
///
/// # Errors
/// When a file cannot be read or written, or the plant file has no such connection.
pub fn prepare(shipped: &Path, workspace: &Path, port: u16) -> Result<Prepared> {
    fs::create_dir_all(workspace)
        .with_context(|| format!("could not create {}", workspace.display()))?;
    let shipped_text = fs::read_to_string(shipped)
        .with_context(|| format!("could not read {}", shipped.display()))?;
    let path = path_in(workspace);
    // The shipped text as it was copied tells later whether the copy was edited.
    let base_path = workspace.join(".plant.shipped.toml");
    let base = fs::read_to_string(&base_path).ok();
    let current = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(error).with_context(|| format!("could not read {}", path.display()));
        }
    };
    let (text, prepared) = choose(&shipped_text, base.as_deref(), current);
    let text =
        with_port(&text, CONNECTION, port).with_context(|| format!("in {}", path.display()))?;
    write(&path, &text)?;
    if matches!(prepared, Prepared::Copied | Prepared::Renewed) {
        write(&base_path, &shipped_text)?;
    }
    Ok(prepared)
}

/// Whole or not at all: the application may read the file at any time.
fn write(path: &Path, text: &str) -> Result<()> {
    let draft = path.with_extension("toml.new");
    fs::write(&draft, text)
        .and_then(|()| fs::rename(&draft, path))
        .with_context(|| format!("could not write {}", path.display()))
}

fn choose(shipped: &str, base: Option<&str>, current: Option<String>) -> (String, Prepared) {
    let Some(current) = current else {
        return (shipped.to_owned(), Prepared::Copied);
    };
    if same_but_port(&current, shipped) {
        return (current, Prepared::Unchanged);
    }
    if base.is_some_and(|base| same_but_port(&current, base)) {
        return (shipped.to_owned(), Prepared::Renewed);
    }
    (current, Prepared::KeptEdits)
}

fn same_but_port(one: &str, other: &str) -> bool {
    match (
        with_port(one, CONNECTION, 1),
        with_port(other, CONNECTION, 1),
    ) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// The text with another port in the `[[connection]]` of this id; everything else, comments included, stays as it is.
fn with_port(text: &str, connection: &str, port: u16) -> Result<String> {
    let Some((at, _)) = find_port(text, connection) else {
        bail!(
            "there is no [[connection]] with id = \"{connection}\" and a line `port = ...`: add one, or remove the file to get the shipped one"
        );
    };
    let mut changed = String::with_capacity(text.len());
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if number == at
            && let Some((key, value)) = line.split_once('=')
        {
            let tail = value
                .trim_start()
                .trim_start_matches(|digit: char| digit.is_ascii_digit());
            changed.push_str(&format!("{key}= {port}{tail}"));
        } else {
            changed.push_str(line);
        }
    }
    Ok(changed)
}

/// The line of the connection's `port` key and its value.
fn find_port(text: &str, connection: &str) -> Option<(usize, Option<u16>)> {
    let mut inside = false;
    let mut is_wanted = false;
    let mut port = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') && !line.starts_with("[connection") {
            if is_wanted && port.is_some() {
                return port;
            }
            inside = line.split('#').next().unwrap_or_default().trim() == "[[connection]]";
            (is_wanted, port) = (false, None);
        } else if inside && let Some((key, value)) = line.split_once('=') {
            let value = value.split('#').next().unwrap_or_default().trim();
            match key.trim() {
                "id" => is_wanted = value.trim_matches('"') == connection,
                "port" => port = Some((number, value.parse().ok())),
                _ => {}
            }
        }
    }
    port.filter(|_| is_wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = "# The plant.\n[[connection]]\nid = \"other\"\nport = 1\n\n[[connection]]\n\
        port = 18830   # of the demo's broker\nid = \"station\"\n\n[[type]]\nid = \"station\"\nport = 3\n";

    #[test]
    fn only_the_port_of_the_named_connection_changes() {
        let changed = with_port(SHIPPED, "station", 4711).unwrap();
        assert_eq!(changed, SHIPPED.replace("port = 18830 ", "port = 4711 "));
        assert_eq!(find_port(&changed, "station").unwrap().1, Some(4711));
        assert_eq!(find_port(&changed, "other").unwrap().1, Some(1));
    }

    #[test]
    fn a_file_without_the_connection_is_an_error_that_says_so() {
        let error = with_port("[plant]\nid = \"x\"\n", "station", 1)
            .unwrap_err()
            .to_string();
        assert!(error.contains("station"), "{error}");
    }

    #[test]
    fn the_copy_follows_the_shipped_file_until_somebody_edits_it() {
        let folder = tempfile::tempdir().unwrap();
        let shipped = folder.path().join("shipped.toml");
        let workspace = folder.path().join("workspace");
        let read = || fs::read_to_string(path_in(&workspace)).unwrap();

        fs::write(&shipped, SHIPPED).unwrap();
        assert_eq!(port_in(&path_in(&workspace)), None);
        assert_eq!(
            prepare(&shipped, &workspace, 2000).unwrap(),
            Prepared::Copied
        );
        assert_eq!(port_in(&path_in(&workspace)), Some(2000));
        assert_eq!(
            prepare(&shipped, &workspace, 2001).unwrap(),
            Prepared::Unchanged
        );
        assert_eq!(port_in(&path_in(&workspace)), Some(2001));

        fs::write(
            &shipped,
            SHIPPED.replace("# The plant.", "# The better plant."),
        )
        .unwrap();
        assert_eq!(
            prepare(&shipped, &workspace, 2002).unwrap(),
            Prepared::Renewed
        );
        assert!(read().starts_with("# The better plant.") && read().contains("port = 2002 "));

        fs::write(path_in(&workspace), read().replace("better", "best")).unwrap();
        fs::write(&shipped, SHIPPED).unwrap();
        assert_eq!(
            prepare(&shipped, &workspace, 2003).unwrap(),
            Prepared::KeptEdits
        );
        assert!(read().starts_with("# The best plant.") && read().contains("port = 2003 "));
    }
}
