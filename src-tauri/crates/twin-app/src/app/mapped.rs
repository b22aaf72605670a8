//! Assets that mapping rules make of what is heard: in memory only, never written into the plant file.

use std::{
    path::Path,
    sync::{Arc, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time::Instant};
use twin_core::{Said, engine::SystemEvent, said};
use twin_model::{ByRule, MAPPED_ASSETS_MAX, RuleMade};

use super::{App, planted::Origin};
use crate::{
    api::plant::RuleView,
    error::{Error, Result},
    heard_by_rule::{ADDRESSES_MAX, Address, HeardByRule},
    model_files::Loaded,
    pipeline::request::Request,
};

/// How long assets wait for what was heard of them to be stored.
const STORED_WITHIN: Duration = Duration::from_secs(5);
/// Name of the condition that rules leave something out.
const CONDITION: &str = "mapping-rules";

/// What a start runs, and what was heard before it. The assets of rules are there before the first message, or their
/// alarms would end here.
///
/// # Errors
/// [`Error::File`].
pub(super) fn remembered(dir: &Path, loaded: Loaded) -> Result<(Origin, HeardByRule)> {
    let mut heard = HeardByRule::open(dir)?;
    let mut origin = Origin::new(loaded, ByRule::default());
    let kept = heard.keep(|connection, address| origin.is_for_rules(connection, address));
    if let Err(error) = kept {
        tracing::warn!("addresses that no mapping rule fits any more stay in their file: {error}");
    }
    origin.made = origin.plant.by_rule(heard.iter());
    Ok((origin, heard))
}

impl App {
    pub(super) fn ruled(&self) -> MutexGuard<'_, HeardByRule> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes assets of addresses that were heard since the last look and that a mapping rule fits; gives how long making
    /// them took.
    pub(super) async fn look_at_rules(&self) -> Duration {
        if self.planted().origin.plant.mappings.is_empty() {
            self.say_of_rules(Said::default()).await;
            return Duration::ZERO;
        }
        let ruled = self.newly_ruled().await;
        let begun = Instant::now();
        let applied = match ruled {
            Ok(ruled) => self.take_ruled(ruled).await,
            Err(error) => Err(error),
        };
        let took = begun.elapsed();
        let text = match applied {
            Ok(()) => full(&self.planted().origin.made, self.ruled().left_out()),
            // The program ends.
            Err(Error::Stopped) => return took,
            Err(error) => said!(
                "mapping-failed",
                "Mapping rules cannot make assets of what is heard: {error}",
                error = error.said()
            ),
        };
        self.say_of_rules(text).await;
        took
    }

    /// Addresses that rules fit, first heard since this was last asked, once their values are stored.
    async fn newly_ruled(&self) -> Result<Vec<Address>> {
        let (reply, answer) = oneshot::channel();
        let (stored, is_stored) = oneshot::channel();
        self.ask(Request::Ruled { reply, stored }).await?;
        let ruled = answer.await.map_err(|_| Error::Stopped)?;
        // What is stored is given to the new signals with their names alone. What came later would be copied, signal by
        // signal.
        let _ = tokio::time::timeout(STORED_WITHIN, is_stored).await;
        Ok(ruled)
    }

    /// Makes assets of these addresses too. After a failure the next call does, with whatever it gets.
    pub(super) async fn take_ruled(&self, ruled: Vec<Address>) -> Result<()> {
        let _alone = self.editing.lock().await;
        if self.keep_heard(ruled).await? {
            self.seen().rules_pending = true;
        }
        if !self.seen().rules_pending {
            return Ok(());
        }
        let origin = Arc::clone(&self.planted().origin);
        let made = origin.plant.by_rule(self.ruled().iter());
        if made == origin.made {
            self.seen().rules_pending = false;
            return Ok(());
        }
        self.run_plant(origin.with(made)).await?;
        Ok(())
    }

    /// Keeps addresses for the next start; tells whether one is new.
    async fn keep_heard(&self, ruled: Vec<Address>) -> Result<bool> {
        let (heard, origin) = (Arc::clone(&self.heard), Arc::clone(&self.planted().origin));
        let keeping = tokio::task::spawn_blocking(move || {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            heard.add(ruled, |connection, address| {
                origin.is_for_rules(connection, address)
            })
        });
        keeping.await.map_err(|_| Error::Stopped)?
    }

    /// Raises, renews or ends the condition; an empty text ends it.
    async fn say_of_rules(&self, text: Said) {
        if std::mem::replace(&mut self.seen().rules_told, text.clone()) == text {
            return;
        }
        let key = CONDITION.to_owned();
        let event = match text.is_empty() {
            true => SystemEvent::Cleared { key },
            false => SystemEvent::Raised { key, text },
        };
        // The driver may have ended; then nobody needs to know.
        let _ = self.conditions.send(event).await;
    }
}

/// What rules left out for want of room, in words; empty when they did not.
fn full(made: &ByRule, left_out: u64) -> Said {
    let full = made.rules.iter().filter(|rule| rule.beyond > 0);
    let all = full.fold(Said::default(), |all, rule| {
        all.and(said!(
            "mapping-rule",
            "Mapping rule {id}: {what}",
            id = &*rule.id,
            what = beyond(rule)
        ))
    });
    match left_out {
        0 => all,
        count => all.and(said!(
            "mapping-left-out",
            "{count} addresses that mapping rules fit came after the {most} that are kept for them: narrow the rules, or \
             ignore what is not needed under [discovery].",
            count = count,
            most = ADDRESSES_MAX
        )),
    }
}

fn beyond(rule: &RuleMade) -> Said {
    said!(
        "mapping-beyond",
        "{count} addresses are not mapped, because it has made {most} assets, the most that a rule may make; narrow its \
         filter.",
        count = rule.beyond,
        most = MAPPED_ASSETS_MAX
    )
}

/// What each rule made, for people.
pub(super) fn rules_view(made: &ByRule) -> Vec<RuleView> {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let view = |rule: &RuleMade| {
        let beyond = (rule.beyond > 0).then(|| beyond(rule));
        let clash = rule.first_clash.as_ref().map(|(address, signal)| {
            said!(
                "mapping-clash",
                "{count} addresses are not mapped, the first of them {address}: {signal} has another address, or its asset \
                 another type or connection.",
                count = rule.clashes,
                address = address.to_string(),
                signal = signal.to_string()
            )
        });
        RuleView {
            id: rule.id.clone(),
            connection: rule.connection.to_string(),
            assets: count(rule.assets),
            signals: count(rule.signals),
            first: rule.first.iter().map(ToString::to_string).collect(),
            left_out: beyond.into_iter().chain(clash).map(Into::into).collect(),
        }
    };
    made.rules.iter().map(view).collect()
}
