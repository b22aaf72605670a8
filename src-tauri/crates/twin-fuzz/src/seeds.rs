//! What runs begin with: our own fixtures, what was found once, and payloads made by others where they are at hand.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    broken::Broken,
    case,
    script::{Part, SECOND, Script},
    target::{Reads, Target},
};

/// Setups that every conversation is begun with: the usual one; narrow limits; messages held back; all of them.
const SETUPS: [&[u8]; 4] = [&[0], &[1], &[2], &[7]];

/// Every seed of a target.
///
/// # Errors
/// [`Broken::Seeds`] when a file is there and cannot be read.
pub fn seeds(target: &Target) -> Result<Vec<Script>, Broken> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![];
    for fixture in target.fixtures {
        let path = own.join("../twin-payload/tests/fixtures").join(fixture);
        if path.is_dir() {
            cases(&path, &mut found)?;
        } else {
            case_file(&path.with_extension("case"), &mut found)?;
        }
    }
    let path = own.join("seeds").join(target.name);
    if path.is_dir() {
        cases(&path, &mut found)?;
    }
    if target.reads == Reads::Plant {
        let path = own.join("../../../assets/demo-plant/plant.toml");
        found.push(of_one(Part {
            body: read(&path)?,
            ..Part::default()
        }));
    }
    #[cfg(feature = "history")]
    if target.reads == Reads::History {
        found.extend(crate::history::seeds());
    }
    if let Some(folder) = target.shared
        && let Some(shared) = shared_data()
    {
        others(target, &shared, folder, &mut found)?;
    }
    Ok(found)
}

/// Writes every seed of a target into a folder, which is made.
///
/// # Errors
/// [`Broken::Seeds`].
pub fn write_seeds(target: &Target, folder: &Path) -> Result<usize, Broken> {
    fs::create_dir_all(folder).map_err(|error| fault(folder, &error))?;
    let seeds = seeds(target)?;
    for (number, seed) in seeds.iter().enumerate() {
        let path = folder.join(format!("seed-{number:04}"));
        fs::write(&path, seed.write()).map_err(|error| fault(&path, &error))?;
    }
    Ok(seeds.len())
}

/// The folder of data made by others, when it is on this machine.
fn shared_data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data");
    let folder = std::env::var_os("TWINSCOPE_SHARED_DATA").map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

fn fault(path: &Path, error: &std::io::Error) -> Broken {
    Broken::Seeds {
        path: path.display().to_string(),
        why: error.to_string(),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Broken> {
    fs::read(path).map_err(|error| fault(path, &error))
}

/// The files of a folder in the order of their names.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Broken> {
    let entries = fs::read_dir(folder).map_err(|error| fault(folder, &error))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    Ok(files)
}

fn cases(folder: &Path, found: &mut Vec<Script>) -> Result<(), Broken> {
    for file in files(folder, "case")? {
        case_file(&file, found)?;
    }
    Ok(())
}

/// A case as conversations. Its line `@ 00 01 ...` is the setup, which is then the only one.
fn case_file(path: &Path, found: &mut Vec<Script>) -> Result<(), Broken> {
    let bytes = read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let parts = case::messages(&text);
    let setup = text.lines().find_map(|line| line.strip_prefix("@ "));
    match setup.map(case::hex) {
        Some(setup) => found.extend(case::windows(&setup, &parts)),
        None => {
            let all = SETUPS.iter();
            found.extend(all.flat_map(|setup| case::windows(setup, &parts)));
        }
    }
    Ok(())
}

fn of_one(part: Part) -> Script {
    Script {
        setup: vec![],
        parts: vec![part],
    }
}

fn others(
    target: &Target,
    shared: &Path,
    folder: &str,
    found: &mut Vec<Script>,
) -> Result<(), Broken> {
    let (folder, extension) = match target.reads {
        Reads::Dtdl => (shared.join(folder), "json"),
        _ if folder == "sparkplug" => (shared.join("payloads").join(folder), "bin"),
        _ => (shared.join("payloads").join(folder), "json"),
    };
    if !folder.is_dir() {
        return Ok(());
    }
    let mut parts = vec![];
    for file in files(&folder, extension)? {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        parts.push(Part {
            control: SECOND,
            name: topic(target.name, &stem).into_bytes(),
            properties: vec![],
            body: read(&file)?,
        });
    }
    // Births before what they explain.
    parts.sort_by_key(|part| !String::from_utf8_lossy(&part.name).contains("BIRTH"));
    if matches!(target.reads, Reads::Messages(_)) {
        found.extend(case::windows(&[], &parts));
    }
    found.extend(parts.into_iter().map(of_one));
    Ok(())
}

/// The topic on which a payload of others would come.
fn topic(target: &str, stem: &str) -> String {
    match target {
        "sparkplug" => {
            let kind = stem.split('_').next().unwrap_or_default().to_uppercase();
            let device = if kind.starts_with('D') { "/d" } else { "" };
            format!("spBv1.0/G/{kind}/n{device}")
        }
        "tasmota" => "tele/d/SENSOR".into(),
        "chirpstack" => "application/a/device/d/event/up".into(),
        "tts" => "v3/a@t/devices/d/up".into(),
        "opcua" => "opcua/json/data/p/w".into(),
        _ => stem.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::TARGETS;

    #[test]
    fn every_target_has_seeds() {
        for target in TARGETS {
            let seeds = seeds(target).unwrap();
            assert!(seeds.len() >= 3, "{}: {}", target.name, seeds.len());
        }
    }

    #[test]
    fn plant_seeds_reach_the_edits() {
        let seeds = seeds(Target::find("plant").unwrap()).unwrap();
        let mut edited = 0;
        for seed in seeds {
            for part in &seed.parts {
                let plant = twin_model::Plant::parse(&part.text());
                assert!(plant.is_ok(), "{plant:?}");
                edited += 1;
            }
        }
        assert!(edited > 3);
    }

    #[test]
    fn seeds_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::find("units").unwrap();
        let count = write_seeds(target, folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), count);
    }
}
