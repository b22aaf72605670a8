//! Bringing back what can be read in a file that was set aside.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use twin_core::{Timestamp, said};
use twin_historian::{Historian, Imported, Salvaged};

use super::{Note, Outcome, Watch, command, look::Looked, note};
use crate::{
    clock,
    error::{Error, Result},
};

/// Takes everything readable out of `damaged` into a folder of its own, and from there the samples that history in `dir`
/// does not have into it.
///
/// # Errors
/// As [`super::run`].
pub async fn salvage(dir: &Path, damaged: &Path, user: &str, watch: &Watch<'_>) -> Result<Outcome> {
    let damaged = found(dir, damaged)?;
    let looked = Looked::open(dir).await?;
    if !looked.faults.is_empty() {
        let mut lines = looked.faults.clone();
        looked.close().await?;
        lines.push(format!(
            "History itself is damaged. Nothing was salvaged. Run this first: {}",
            command::line(dir, "repair")
        ));
        return Ok(Outcome::bad(lines));
    }
    let done = salvage_into(&looked.historian, dir, &damaged, watch).await;
    let detail = match &done {
        Ok(outcome) => outcome.lines.join(" "),
        Err(error) => error.to_string(),
    };
    note(
        &looked.historian,
        user,
        Note::of("salvage-history", &damaged, &detail),
    )
    .await?;
    looked.close().await?;
    done
}

/// As typed, or beside the history.
fn found(dir: &Path, damaged: &Path) -> Result<PathBuf> {
    let beside = dir.join(damaged);
    let candidates = [damaged, beside.as_path()];
    let file = candidates.into_iter().find(|file| file.is_file());
    let file = file.and_then(|file| std::path::absolute(file).ok());
    file.ok_or_else(|| {
        Error::Request(said!(
            "refused-no-damaged",
            "there is no file {path}: name the one that was set aside, such as telemetry.db.damaged-20261122T193000Z",
            path = damaged.display().to_string()
        ))
    })
}

async fn salvage_into(
    history: &Historian,
    dir: &Path,
    damaged: &Path,
    watch: &Watch<'_>,
) -> Result<Outcome> {
    let into = dir.join(format!("salvaged-{}", command::stamp(clock::now())));
    let salvaged =
        twin_historian::salvage(damaged, &into, |done, total| watch.see(done, total)).await;
    let cancelled = || {
        remove(&into);
        let text = "Salvaging was cancelled. Nothing was changed.";
        Ok(Outcome::bad(vec![text.into()]))
    };
    let salvaged = match salvaged {
        Err(_) if watch.ended() => return cancelled(),
        Err(error) => {
            remove(&into);
            return Err(error.into());
        }
        Ok(salvaged) => salvaged,
    };
    let mut lines = told(damaged, &salvaged);
    let is_alarms = into.join("alarms.db").exists();
    if is_alarms {
        lines.push(format!(
            "Alarms and audit trail that could be read lie in {}. They are not mixed with those of now: an audit trail is \
             one chain.",
            into.join("alarms.db").display()
        ));
        return Ok(Outcome::good(lines));
    }
    let repaired =
        twin_historian::repair(&into, clock::now(), |done, total| watch.see(done, total)).await?;
    if repaired.cancelled {
        return cancelled();
    }
    lines.extend(repaired.lines());
    let source = Historian::open(&into, clock::now()).await?;
    // Only a file of this workspace has its keys: another's without names is nobody's.
    let own = damaged.parent().is_some_and(|folder| same(folder, dir));
    let brought = bring(&source, history, own, watch).await;
    source.close().await?;
    let brought = brought?;
    lines.push(format!(
        "{} samples were brought back into history; {} were there already, and {} differ from what is there, which stays.",
        brought.written, brought.present, brought.differing
    ));
    lines.push(format!(
        "All that was salvaged lies in {}; changes of quality and of links stay there. Delete it, and the damaged file, when \
         you need them no more.",
        into.display()
    ));
    if watch.ended() {
        lines.push("It was cancelled before its end: run it again, that does no harm.".into());
        return Ok(Outcome::bad(lines));
    }
    Ok(Outcome::good(lines))
}

fn told(damaged: &Path, salvaged: &Salvaged) -> Vec<String> {
    let sum = |rows: &[(String, u64)]| rows.iter().map(|(_, n)| n).sum::<u64>();
    let mut lines = vec![format!(
        "{} rows could be read in {}, {} not; {} whole pages are lost.",
        sum(&salvaged.rows),
        damaged.display(),
        sum(&salvaged.unreadable),
        sum(&salvaged.pages)
    )];
    lines.extend(salvaged.remarks.iter().cloned());
    lines
}

/// Copies samples page by page; what `history` has already stays. With `own`, signals whose names are lost in the source
/// are known by their keys.
async fn bring(
    source: &Historian,
    history: &Historian,
    own: bool,
    watch: &Watch<'_>,
) -> Result<Imported> {
    let named = source.signals().await?;
    let ids: Vec<_> = named.iter().map(|(_, id)| id.clone()).collect();
    let keys = history.signal_keys(&ids).await?;
    let mut pairs: Vec<_> = named.iter().map(|(key, _)| *key).zip(keys).collect();
    if own {
        let known: HashSet<_> = named.iter().map(|(key, _)| *key).collect();
        let keys = history.signals().await?.into_iter().map(|(key, _)| key);
        pairs.extend(
            keys.filter(|key| !known.contains(key))
                .map(|key| (key, key)),
        );
    }
    let mut sum = Imported::default();
    let total = pairs.len() as u64;
    for (number, (from, to)) in pairs.into_iter().enumerate() {
        let mut cursor = source.cursor(from, Timestamp::MIN, Timestamp::MAX);
        while let Some(samples) = cursor.next().await? {
            if watch.see(number as u64, total).is_break() {
                return Ok(sum);
            }
            let imported = history.import(to, samples).await?;
            sum.written += imported.written;
            sum.present += imported.present;
            sum.differing += imported.differing;
        }
    }
    Ok(sum)
}

fn remove(folder: &Path) {
    if folder.exists()
        && let Err(error) = fs::remove_dir_all(folder)
    {
        let folder = folder.display();
        tracing::warn!("the unfinished folder {folder} could not be removed: {error}");
    }
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
