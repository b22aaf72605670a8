//! What was heard and is in no plant file: looked at, accepted, left alone.

use std::{cell::RefCell, collections::BTreeSet, sync::Arc};

use twin_discover::filters;
use twin_model::{Edit, PlantDocument, topic};

use super::App;
use crate::{
    api::{
        connection::HeardRow,
        discovery::{
            Acceptance, AcceptanceFault, DiscoveryQuery, DiscoveryView, Ignoring, PlantChange,
            ProposalView,
        },
    },
    discovery::{Found, Wanted, change_of, heard_now, ledger_of, mark, value_text},
    error::{Error, Result},
    pipeline::request::LedgerLook,
};

/// Filters that are put or taken out at once.
const FILTERS_MAX: usize = 1_000;
/// As much of a list of names stands in the audit trail.
const AUDIT_CHARS: usize = 1_000;

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
        let preview = tokio::task::spawn_blocking(move || {
            let text = workspace.plant_text()?;
            let path = workspace.plant_path().display().to_string();
            let document = PlantDocument::parse(&text);
            let mut document = document.map_err(|source| workspace.wrong_plant(source))?;
            let wanted = Wanted::of(&acceptance, &found);
            Ok(change_of(&wanted, &mut document, path))
        });
        preview.await.map_err(|_| Error::Stopped)?
    }

    /// Writes what a person accepts into the plant file, and lets it run: what was heard of it before joins its history.
    /// All or nothing.
    ///
    /// # Errors
    /// [`Error::Request`] when some of it cannot be accepted, or the file is not the one that the person looked at;
    /// [`Error::Plant`], [`Error::File`] and [`Error::Conflict`] when the file cannot be edited.
    pub async fn discovery_accept(
        &self,
        acceptance: Acceptance,
        user: &str,
    ) -> Result<PlantChange> {
        let _alone = self.editing.lock().await;
        let (found, _) = self.found().await?;
        let wanted = Wanted::of(&acceptance, &found);
        let path = self.workspace.plant_path().display().to_string();
        // Each try begins with the text that is there by then.
        let change = RefCell::new(PlantChange::default());
        let text = self.workspace.edit_plant(|document| {
            let has_looked = !acceptance.base.is_empty();
            if has_looked && acceptance.base != mark(document) {
                let text =
                    "plant.toml was changed since you looked at its lines: look at them again.";
                return Err(Error::Request(text.into()));
            }
            let made = change_of(&wanted, document, path.clone());
            if !made.faults.is_empty() {
                return Err(refused(&made.faults));
            }
            change.replace(made);
            Ok(())
        })?;
        let change = change.into_inner();
        let names: BTreeSet<&str> = acceptance.assets.iter().map(|of| of.id.as_str()).collect();
        let detail = format!("{} signals", change.signals);
        self.audit(user, "accept-proposals", &listed(names), &detail)
            .await;
        self.take_up_edit(text).await?;
        Ok(change)
    }

    /// Leaves topics alone from now on: neither proposed nor kept. Gives the filters that were written.
    ///
    /// # Errors
    /// [`Error::Request`] when a filter makes no sense or none covers a proposal alone; those of editing the plant file.
    pub async fn discovery_ignore(&self, ignoring: Ignoring, user: &str) -> Result<Vec<String>> {
        let _alone = self.editing.lock().await;
        let (found, _) = self.found().await?;
        let wanted = filters_of(&ignoring, &found)?;
        let written = RefCell::new(Vec::new());
        let text = self.edit(|document| {
            let known = &document.plant().discovery.ignore;
            let new: Vec<String> = wanted
                .iter()
                .filter(|filter| !known.contains(filter))
                .cloned()
                .collect();
            let edits: Vec<Edit> = new.iter().cloned().map(Edit::PutIgnore).collect();
            written.replace(new);
            document.apply(&edits)
        })?;
        let written = written.into_inner();
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
        let _alone = self.editing.lock().await;
        check_count(filters.len())?;
        let edits: Vec<Edit> = filters.iter().cloned().map(Edit::RemoveIgnore).collect();
        let text = self.edit(|document| document.apply(&edits))?;
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

/// The filters that a person wants, each once.
fn filters_of(ignoring: &Ignoring, found: &Found) -> Result<BTreeSet<String>> {
    check_count(ignoring.filters.len() + ignoring.proposals.len())?;
    let mut wanted = BTreeSet::new();
    for id in &ignoring.proposals {
        let unknown = || Error::Unknown {
            what: "proposal",
            id: id.clone(),
        };
        let proposal = found.proposal(id).ok_or_else(unknown)?;
        let of_proposal = filters(proposal, &found.proposals);
        wanted.extend(of_proposal.map_err(|error| Error::Request(error.to_string()))?);
    }
    for filter in &ignoring.filters {
        if let Some(fault) = topic::filter_fault(filter) {
            return Err(Error::Request(format!("the filter \"{filter}\" {fault}")));
        }
        wanted.insert(filter.clone());
    }
    Ok(wanted)
}

fn check_count(count: usize) -> Result<()> {
    if (1..=FILTERS_MAX).contains(&count) {
        return Ok(());
    }
    let text = format!("name at least one, and at most {FILTERS_MAX} at once");
    Err(Error::Request(text))
}

fn refused(faults: &[AcceptanceFault]) -> Error {
    let texts: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    Error::Request(texts.join(" "))
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
