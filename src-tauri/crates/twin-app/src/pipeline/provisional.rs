//! What no signal of the plant file comes from is kept for a while under provisional ids, so that it can join the history
//! of a signal once a person accepts it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use twin_core::{ConnectionId, Quality, Reason, SampleBatch, SignalId, SignalKey, Timestamp};
use twin_historian::{Adoption, Historian, LinkTransition, QualityTransition};
use twin_model::Plant;

use super::job::HeardBatch;

/// What provisional ids begin with; no id of a plant file does.
pub const PROVISIONAL: &str = "?";
/// States of links in history in which nothing is heard.
const LOST: [&str; 2] = ["down", "taken-over"];
/// State of a link in history that is up.
pub const UP: &str = "up";
/// What history says of a link that came up with nothing missed meanwhile.
pub const RESUMED: &str = "the broker had kept the session: nothing was missed";
/// Most gaps of a connection that an acceptance tells its signals of.
const LOSSES_MAX: usize = 1_000;
/// Most signals that history has under provisional ids: their names stay in it for good.
const SIGNALS_MAX: usize = 200_000;

/// The provisional id of an address.
pub fn provisional_id(connection: &ConnectionId, address: &str) -> SignalId {
    SignalId::from(format!("{PROVISIONAL}{connection}/{address}"))
}

/// Whether an id is provisional.
pub fn is_provisional(id: &SignalId) -> bool {
    id.as_str().starts_with(PROVISIONAL)
}

/// When each connection was lost, at most the newest so many times; without those at which nothing was missed, because
/// the broker had kept the session.
pub fn losses(links: &[LinkTransition]) -> HashMap<ConnectionId, Arc<[Timestamp]>> {
    #[derive(Default)]
    struct Lost {
        all: Vec<Timestamp>,
        /// How many since the link was last up.
        open: usize,
    }
    let mut losses: HashMap<ConnectionId, Lost> = HashMap::new();
    for link in links {
        let of_connection = losses.entry(link.connection.clone()).or_default();
        if LOST.contains(&&*link.state) {
            of_connection.all.push(link.at);
            of_connection.open += 1;
        } else if link.state == UP {
            if link.reason == RESUMED {
                let before = of_connection.all.len() - of_connection.open;
                of_connection.all.truncate(before);
            }
            of_connection.open = 0;
        }
    }
    let newest = |(id, lost): (_, Lost)| {
        let from = lost.all.len().saturating_sub(LOSSES_MAX);
        (id, lost.all.get(from..).unwrap_or_default().into())
    };
    losses.into_iter().map(newest).collect()
}

/// Which provisional ids a plant has signals for; of addresses that feed no signal there is none.
pub fn adoptions(plant: &Plant, losses: &HashMap<ConnectionId, Arc<[Timestamp]>>) -> Vec<Adoption> {
    let plant_signals = plant.signals();
    let with_address = plant_signals.into_iter().filter_map(|signal| {
        let address = signal.address?;
        Some(Adoption {
            from: provisional_id(&signal.connection, &address),
            to: signal.id,
            lost: losses.get(&signal.connection).cloned().unwrap_or_default(),
        })
    });
    with_address.collect()
}

/// What was heard, with its numbers.
#[derive(Debug, Default)]
pub struct Numbered {
    /// To be stored.
    pub batches: Vec<Arc<SampleBatch>>,
    /// When what was heard before held no more, because its source was gone.
    pub gone: Vec<QualityTransition>,
}

/// Numbers what was heard.
pub struct Numbering {
    historian: Historian,
    keys: HashMap<ConnectionId, HashMap<Arc<str>, SignalKey>>,
    /// Provisional signals that history has, once they were looked up.
    count: Option<usize>,
    /// Values that got no number, because there are too many.
    left_out: u64,
}

impl Numbering {
    /// With those of a history.
    pub fn new(historian: Historian) -> Self {
        Numbering {
            historian,
            keys: HashMap::new(),
            count: None,
            left_out: 0,
        }
    }

    /// Values that could not be kept since start, because history has too many provisional signals.
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What is to be stored.
    ///
    /// # Errors
    /// When new names cannot be stored; may be repeated.
    pub async fn number(
        &mut self,
        heard: &[HeardBatch],
    ) -> Result<Numbered, twin_historian::Error> {
        self.look_up().await?;
        self.name_new(heard).await?;
        let mut numbered = Numbered::default();
        for batch in heard {
            let Some(keys) = self.keys.get(&batch.connection) else {
                continue;
            };
            let gone = batch.gone.iter().filter_map(|name| keys.get(name));
            numbered.gone.extend(gone.map(|signal| QualityTransition {
                signal: *signal,
                at: batch.rows.received(),
                quality: Quality::bad(Reason::NodeDeath),
            }));
            let mut out = SampleBatch::new(batch.rows.id(), batch.rows.received());
            for (name, row) in batch.names.iter().zip(batch.rows.iter()) {
                match keys.get(name) {
                    Some(signal) => out.push_row(twin_core::SampleRef {
                        signal: *signal,
                        ..row
                    }),
                    None => self.left_out += 1,
                }
            }
            if !out.is_empty() {
                // Should the program die before it is settled who takes it over, no alarm begins with it in the replay.
                numbered.batches.push(Arc::new(out.at_first_look()));
            }
        }
        Ok(numbered)
    }

    /// Reads the numbers that history has given already.
    async fn look_up(&mut self) -> Result<(), twin_historian::Error> {
        if self.count.is_some() {
            return Ok(());
        }
        let mut count = 0;
        for (key, id) in self.historian.signals().await? {
            // No id of a connection has a slash in it.
            let name = id.as_str().strip_prefix(PROVISIONAL);
            let Some((connection, address)) = name.and_then(|name| name.split_once('/')) else {
                continue;
            };
            let of_connection = self.keys.entry(ConnectionId::from(connection)).or_default();
            of_connection.insert(address.into(), key);
            count += 1;
        }
        self.count = Some(count);
        Ok(())
    }

    async fn name_new(&mut self, heard: &[HeardBatch]) -> Result<(), twin_historian::Error> {
        let mut new: Vec<(ConnectionId, Arc<str>)> = Vec::new();
        let mut seen: HashSet<(&ConnectionId, &Arc<str>)> = HashSet::new();
        for batch in heard {
            let known = self.keys.get(&batch.connection);
            for name in &batch.names {
                let is_known = known.is_some_and(|known| known.contains_key(name));
                if !is_known && seen.insert((&batch.connection, name)) {
                    new.push((batch.connection.clone(), Arc::clone(name)));
                }
            }
        }
        new.truncate(SIGNALS_MAX.saturating_sub(self.count.unwrap_or(0)));
        if new.is_empty() {
            return Ok(());
        }
        let ids: Vec<SignalId> = new
            .iter()
            .map(|(connection, name)| provisional_id(connection, name))
            .collect();
        let keys = self.historian.signal_keys(&ids).await?;
        self.count = self.count.map(|count| count + new.len());
        for ((connection, name), key) in new.into_iter().zip(keys) {
            self.keys.entry(connection).or_default().insert(name, key);
        }
        Ok(())
    }

    /// Forgets the numbers: signals have taken some of them over. Tells whether values were left out until now.
    pub fn forget(&mut self) -> bool {
        self.keys.clear();
        self.count = None;
        std::mem::take(&mut self.left_out) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(at: i64, state: &str, reason: &str) -> LinkTransition {
        LinkTransition {
            connection: "c".into(),
            at: Timestamp(at),
            state: state.into(),
            reason: reason.into(),
        }
    }

    #[test]
    fn a_session_that_was_kept_missed_nothing() {
        let links = [
            link(1, "down", ""),
            link(2, UP, ""),
            link(3, "down", ""),
            link(4, "taken-over", ""),
            link(5, UP, RESUMED),
            link(6, "down", ""),
            link(7, UP, ""),
            link(8, UP, RESUMED),
            link(9, "down", ""),
        ];
        let found = losses(&links);
        let expected: Arc<[Timestamp]> = [1, 6, 9].map(Timestamp).into();
        assert_eq!(found, HashMap::from([("c".into(), expected)]));
    }
}
