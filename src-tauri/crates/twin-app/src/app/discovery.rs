//! What was heard and is in no plant file: looked at, accepted, left alone.

use std::{cell::RefCell, collections::BTreeSet, sync::Arc};

use twin_core::{Said, said};
use twin_discover::filters;
use twin_model::{Edit, Ignored, Plant, PlantDocument};

use super::{
    App,
    undo::{Act, Back, PlantBack},
};
use crate::{
    api::{
        connection::HeardRow,
        discovery::{
            Acceptance, AcceptanceFault, DiscoveryQuery, DiscoveryView, Ignoring, PlantChange,
            ProposalView,
        },
        undo::ActKind,
    },
    discovery::{Found, Wanted, change_of, heard_now, ledger_of, mark, value_text},
    error::{Error, Result, Thing},
    pipeline::request::LedgerLook,
    workspace::{Edited, Workspace},
};

/// Filters that are put or taken out at once.
const FILTERS_MAX: usize = 1_000;
/// As much of a list of names stands in the audit trail.
const AUDIT_CHARS: usize = 1_000;
/// Said when lines were looked at too long ago.
fn not_shown() -> Error {
    Error::Request(said!(
        "refused-not-shown",
        "What was found when you looked at these lines is not kept any more: look at them again."
    ))
}

impl App {
    /// What was heard on a connection and is not in the plant file.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub async fn heard(&self, connection: &str) -> Result<Vec<HeardRow>> {
        let ledger = ledger_of(&self.requests, connection).await?;
        let row = |heard: &twin_discover::Heard| HeardRow {
            address: heard.address.to_string(),
            value: value_text(&heard.value),
            at: heard.last.micros() as f64,
            count: heard.count as f64,
        };
        Ok(ledger.heard().map(row).collect())
    }

    /// What is proposed for everything heard that is not in the plant file, without the signals.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn discovery(&self, query: DiscoveryQuery) -> Result<DiscoveryView> {
        let (found, looks) = self.found().await?;
        let view = tokio::task::spawn_blocking(move || found.view(&query, &looks));
        view.await.map_err(|_| Error::Stopped)
    }

    /// A proposal with its signals as they are now; none when there is no such proposal any more.
    ///
    /// # Errors
    /// [`Error::Stopped`].
    pub async fn discovery_proposal(&self, id: &str) -> Result<Option<ProposalView>> {
        let (found, _) = self.found().await?;
        let Some(proposal) = found.proposal(id) else {
            return Ok(None);
        };
        let newest = match found.numbers(proposal) {
            Some((index, numbers)) => heard_now(&self.requests, index, numbers).await?,
            None => Vec::new(),
        };
        Ok(Some(found.view_of(proposal, newest)))
    }

    /// What accepting would change in the plant file, or why that cannot be. Nothing is changed.
    ///
    /// # Errors
    /// [`Error::Plant`] when the file as it is cannot be used, [`Error::File`] when it cannot be read.
    pub async fn discovery_preview(&self, acceptance: Acceptance) -> Result<PlantChange> {
        let (found, _) = self.found().await?;
        let workspace = Arc::clone(&self.workspace);
        let (origin, of) = (Arc::clone(&self.planted().origin), Arc::clone(&found));
        let preview = blocking(move || {
            let text = workspace.plant_text()?;
            let document = PlantDocument::parse(&text);
            let mut document = document.map_err(|source| workspace.wrong_plant(source))?;
            let wanted = Wanted::of(&acceptance, &of, &origin.made.assets);
            Ok(change_of(&wanted, &mut document, path_of(&workspace)))
        });
        let mut preview = preview.await?;
        if preview.faults.is_empty() {
            preview.found = self.discovery.show(&found);
        }
        Ok(preview)
    }

    /// Writes what a person accepts into the plant file, and lets it run: what was heard of it before joins its history.
    /// It can be taken back. All or nothing, and as the lines showed it that they have looked at.
    ///
    /// # Errors
    /// [`Error::Request`] when some of it cannot be accepted, or the file or what was found is not what the person looked
    /// at; [`Error::Plant`], [`Error::File`] and [`Error::Conflict`] when the file cannot be edited.
    pub async fn discovery_accept(
        &self,
        acceptance: Acceptance,
        user: &str,
    ) -> Result<PlantChange> {
        let found = match acceptance.found {
            // They have looked at none.
            0 => self.found().await?.0,
            version => {
                let shown = self.discovery.shown(version);
                shown.ok_or_else(not_shown)?
            }
        };
        let names: BTreeSet<&str> = acceptance.assets.iter().map(|of| of.id.as_str()).collect();
        let more = u32::try_from(names.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let names = listed(names);
        let first = acceptance.assets.first().map(|of| of.name.clone());
        let _alone = self.editing.lock().await;
        let workspace = Arc::clone(&self.workspace);
        let origin = Arc::clone(&self.planted().origin);
        let accepting = blocking(move || {
            let wanted = Wanted::of(&acceptance, &found, &origin.made.assets);
            written(&workspace, &wanted, &acceptance.base)
        });
        let (edited, change) = accepting.await?;
        self.keep_act(Act {
            kind: ActKind::AcceptProposals,
            name: first.unwrap_or_default(),
            more,
            back: Back::Plant(PlantBack::of(&edited)),
        })
        .await;
        let text = self.audit_edited(edited).await;
        self.discovery.forget_shown();
        let detail = format!("{} signals", change.signals);
        self.audit(user, "accept-proposals", &names, &detail).await;
        self.take_up_edit(text).await?;
        Ok(change)
    }

    /// Leaves topics alone from now on: neither proposed nor kept. Gives the filters that were written.
    ///
    /// # Errors
    /// [`Error::Request`] when a filter makes no sense, covers what feeds a signal, or none covers a proposal alone; those
    /// of editing the plant file.
    pub async fn discovery_ignore(&self, ignoring: Ignoring, user: &str) -> Result<Vec<String>> {
        check_count(ignoring.filters.len() + ignoring.proposals.len())?;
        let (found, _) = self.found().await?;
        let _alone = self.editing.lock().await;
        // As it is by now: rules may have made something since.
        let planted = self.planted();
        let workspace = Arc::clone(&self.workspace);
        let writing = blocking(move || {
            let plant = (&planted.compiled.plant, &planted.origin.written);
            let wanted = filters_of(&ignoring, &found, plant)?;
            let new = RefCell::new(Vec::new());
            let edited = workspace.edit_plant(|document| {
                let known = &document.plant().discovery.ignore;
                let known: BTreeSet<&String> = known.iter().collect();
                let fresh = wanted.iter().filter(|filter| !known.contains(filter));
                let fresh: Vec<String> = fresh.cloned().collect();
                let edits: Vec<Edit> = fresh.iter().cloned().map(Edit::PutIgnore).collect();
                new.replace(fresh);
                let done = document.apply(&edits);
                done.map_err(|source| workspace.wrong_plant(source))
            })?;
            Ok((edited, new.into_inner()))
        });
        let (edited, written) = writing.await?;
        let text = self.audit_edited(edited).await;
        let names = written.iter().map(String::as_str);
        self.audit(user, "ignore-topics", &listed(names), "").await;
        self.take_up_edit(text).await?;
        Ok(written)
    }

    /// Takes filters out of the plant file again: what they cover is proposed when it is heard the next time.
    ///
    /// # Errors
    /// [`Error::Plant`] when one is not there; those of editing the plant file.
    pub async fn discovery_unignore(&self, filters: &[String], user: &str) -> Result<()> {
        check_count(filters.len())?;
        let edits: Vec<Edit> = filters.iter().cloned().map(Edit::RemoveIgnore).collect();
        let _alone = self.editing.lock().await;
        let workspace = Arc::clone(&self.workspace);
        let removing = blocking(move || {
            workspace.edit_plant(|document| {
                let done = document.apply(&edits);
                done.map_err(|source| workspace.wrong_plant(source))
            })
        });
        let text = self.audit_edited(removing.await?).await;
        let names = filters.iter().map(String::as_str);
        self.audit(user, "unignore-topics", &listed(names), "")
            .await;
        self.take_up_edit(text).await
    }

    async fn found(&self) -> Result<(Arc<Found>, Vec<LedgerLook>)> {
        let planted = self.planted();
        let written = || planted.origin.written.clone();
        self.discovery
            .found(&self.requests, &planted.compiled, written)
            .await
    }
}

/// Does what takes long away from the threads that everything else waits for.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let work = tokio::task::spawn_blocking(work);
    work.await.map_err(|_| Error::Stopped)?
}

fn path_of(workspace: &Workspace) -> String {
    workspace.plant_path().display().to_string()
}

/// Writes what is wanted into the plant file, unless it is another text than `base`.
fn written(
    workspace: &Workspace,
    wanted: &Wanted<'_>,
    base: &str,
) -> Result<(Edited, PlantChange)> {
    // Each try begins with the text that is there by then.
    let change = RefCell::new(PlantChange::default());
    let edited = workspace.edit_plant(|document| {
        if !base.is_empty() && base != mark(document) {
            return Err(Error::Request(said!(
                "refused-lines",
                "plant.toml was changed since you looked at its lines: look at them again."
            )));
        }
        let made = change_of(wanted, document, path_of(workspace));
        if !made.faults.is_empty() {
            return Err(refused(&made.faults));
        }
        change.replace(made);
        Ok(())
    })?;
    Ok((edited, change.into_inner()))
}

/// The filters that a person wants, each once; of the plant that runs, and as it is written.
fn filters_of(
    ignoring: &Ignoring,
    found: &Found,
    (plant, written): (&Plant, &Plant),
) -> Result<BTreeSet<String>> {
    let mut refused = Vec::with_capacity(ignoring.proposals.len());
    for id in &ignoring.proposals {
        let unknown = || Error::Unknown {
            what: Thing::Proposal,
            id: id.clone(),
        };
        refused.push(found.proposal(id).ok_or_else(unknown)?);
    }
    let wanted = filters(&refused, &found.proposals, plant, written);
    let mut wanted = wanted.map_err(|error| Error::Request(error.said()))?;
    check_filters(&ignoring.filters, plant)?;
    wanted.extend(ignoring.filters.iter().cloned());
    Ok(wanted)
}

/// Filters that a person writes leave alone nothing that an asset needs.
fn check_filters(filters: &[String], plant: &Plant) -> Result<()> {
    if filters.is_empty() {
        return Ok(());
    }
    for filter in filters {
        if let Some(fault) = Ignored::fault(filter) {
            return Err(Error::Request(said!(
                "refused-filter",
                "the filter \"{filter}\" {fault}",
                filter = filter.as_str(),
                fault = fault
            )));
        }
    }
    let all = Ignored::of(filters.iter().map(String::as_str));
    for signal in plant.signals() {
        let Some(address) = signal.address.filter(|address| all.covers(address)) else {
            continue;
        };
        let covers = |filter: &&String| Ignored::of([filter.as_str()]).covers(&address);
        let filter = filters.iter().find(covers).map_or("", String::as_str);
        return Err(Error::Request(said!(
            "refused-filter-feeds",
            "the filter \"{filter}\" covers \"{address}\", from which the signal \"{signal}\" comes: write a narrower \
             one, or remove its asset or mapping rule first",
            filter = filter,
            address = address.to_string(),
            signal = signal.id.to_string()
        )));
    }
    Ok(())
}

fn check_count(count: usize) -> Result<()> {
    if (1..=FILTERS_MAX).contains(&count) {
        return Ok(());
    }
    Err(Error::Request(said!(
        "refused-filters",
        "name at least one, and at most {most} at once",
        most = FILTERS_MAX
    )))
}

fn refused(faults: &[AcceptanceFault]) -> Error {
    let said = faults.iter().map(|fault| Said::from(&fault.message));
    Error::Request(said.fold(Said::default(), Said::and))
}

/// Names for the audit trail; the first ones of very many.
fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let text = names.join(", ");
    if text.chars().count() <= AUDIT_CHARS {
        return text;
    }
    let beginning: String = text.chars().take(AUDIT_CHARS).collect();
    format!("{beginning}… ({} in all)", names.len())
}
