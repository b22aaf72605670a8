//! The trend of an asset as a picture, from history that is closed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use twin_core::{Duration, SignalId, Timestamp, said};
use twin_model::Plant;
use twin_report::Theme;

use super::{Outcome, command, look::Looked};
use crate::{
    api::plant::{AssetView, SignalRole, SignalView},
    clock,
    compile::{compile, plant_view},
    error::{Doing, Error, Result, Thing},
    model_files,
    trend::{self, Wanted},
    workspace::{PLANT_FILE, write_atomic},
};

/// How far back it goes where nobody says.
const SPAN: Duration = Duration::from_secs(8 * 3_600);

/// Which picture.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Id of the asset.
    pub asset: String,
    /// Ids of its signals; none: its key values, or all that it measures, and its anomaly score.
    pub signals: Vec<String>,
    /// Begin; none: eight hours before the end.
    pub from: Option<Timestamp>,
    /// End; none: now.
    pub to: Option<Timestamp>,
    /// The file, which must not exist; none: one with the time in its name in the workspace's folder `pictures`.
    pub file: Option<PathBuf>,
    /// Light or dark.
    pub theme: Theme,
}

/// Draws it and writes the file.
pub async fn picture(dir: &Path, picture: &Picture) -> Result<Outcome> {
    let now = clock::now();
    let to = picture.to.unwrap_or(now);
    let from = picture
        .from
        .unwrap_or(Timestamp(to.micros().saturating_sub(SPAN.micros())));
    let name = format!("trend-{}.png", command::stamp(now));
    let file = match &picture.file {
        Some(file) => file.clone(),
        None => dir.join("pictures").join(name),
    };
    if file.symlink_metadata().is_ok() {
        return Err(Error::Request(said!(
            "refused-exists",
            "{path} exists already, and nothing is overwritten: choose another name",
            path = file.display().to_string()
        )));
    }
    let plant = plant_of(dir)?;
    let looked = Looked::open(dir).await?;
    if !looked.faults.is_empty() {
        let mut lines = looked.faults.clone();
        looked.close().await?;
        lines.push(format!("No picture was made. {}", super::advice(dir)));
        return Ok(Outcome::bad(lines));
    }
    let png = drawn(&looked, plant, picture, (from, to)).await;
    looked.close().await?;
    let png = png?;
    if let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder).map_err(|source| Error::File {
            action: Doing::Create,
            path: folder.to_owned(),
            source,
        })?;
    }
    write_atomic(&file, &png, false)?;
    Ok(Outcome::good(vec![format!(
        "The picture is {}.",
        file.display()
    )]))
}

fn plant_of(dir: &Path) -> Result<Plant> {
    let path = dir.join(PLANT_FILE);
    let text = fs::read_to_string(&path).map_err(|source| Error::File {
        action: Doing::Read,
        path: path.clone(),
        source,
    })?;
    let loaded = model_files::load(dir, &text).loaded;
    let loaded = loaded.map_err(|source| Error::Plant { path, source })?;
    Ok(loaded.plant)
}

async fn drawn(
    looked: &Looked,
    plant: Plant,
    picture: &Picture,
    (t0, t1): (Timestamp, Timestamp),
) -> Result<Vec<u8>> {
    let ids: Vec<SignalId> = plant
        .signals()
        .into_iter()
        .map(|signal| signal.id)
        .collect();
    let keys = looked.historian.signal_keys(&ids).await?;
    let view = plant_view(&compile(plant, &keys), 1, String::new(), |_| None);
    let found = view.assets.iter().find(|asset| asset.id == picture.asset);
    let asset = found.ok_or_else(|| Error::Unknown {
        what: Thing::Asset,
        id: picture.asset.clone(),
    })?;
    let signals = chosen(asset, &picture.signals)?;
    let wanted = Wanted {
        title: &asset.name,
        zone: &view.zone,
        signals: &signals,
        t0,
        t1,
        theme: picture.theme,
    };
    trend::picture(&looked.historian, &wanted).await
}

fn chosen<'a>(asset: &'a AssetView, ids: &[String]) -> Result<Vec<&'a SignalView>> {
    if !ids.is_empty() {
        let one = |id: &String| {
            let found = asset.signals.iter().find(|signal| signal.id == *id);
            found.ok_or_else(|| Error::Unknown {
                what: Thing::Signal,
                id: id.clone(),
            })
        };
        return ids.iter().map(one).collect();
    }
    let measured = asset
        .signals
        .iter()
        .filter(|signal| matches!(signal.role, SignalRole::Measurement | SignalRole::Setpoint));
    let measured: Vec<&SignalView> = measured.collect();
    let key: Vec<&SignalView> = measured.iter().copied().filter(|s| s.key_value).collect();
    let mut chosen = if key.is_empty() { measured } else { key };
    chosen.extend(asset.signals.iter().find(|s| s.role == SignalRole::Score));
    Ok(chosen)
}
