//! What no signal of the plant file comes from is kept for a while under provisional ids, so that it can join the history
//! of a signal once a person accepts it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use twin_core::{ConnectionId, SampleBatch, SignalId, SignalKey, Timestamp};
use twin_historian::{Adoption, Historian, LinkTransition};
use twin_model::Plant;

use super::job::HeardBatch;

/// What provisional ids begin with; no id of a plant file does.
pub const PROVISIONAL: &str = "?";
/// States of links in history in which nothing is heard.
const LOST: [&str; 2] = ["down", "taken-over"];
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

/// Gives what was heard to the signals of a plant that it belongs to, with the gaps that lost connections left in it: as
/// long as it is kept at `now`.
///
/// # Errors
/// When history cannot be read or written; may be repeated.
pub async fn adopt(
    historian: &Historian,
    plant: &Plant,
    now: Timestamp,
) -> Result<(), twin_historian::Error> {
    let kept = plant.discovery.keep.micros();
    let since = Timestamp(now.micros().saturating_sub(kept));
    let links = historian.links(since, Timestamp::MAX).await?;
    let adopted = historian.adopt(&adoptions(plant, &losses(&links))).await?;
    if adopted.differing > 0 {
        tracing::warn!(
            "{} samples that were heard before their signals were accepted stay apart, because history has other values of \
             the same times",
            adopted.differing
        );
    }
    Ok(())
}

/// When each connection was lost, at most the newest so many times.
fn losses(links: &[LinkTransition]) -> HashMap<ConnectionId, Arc<[Timestamp]>> {
    let mut losses: HashMap<ConnectionId, Vec<Timestamp>> = HashMap::new();
    for link in links.iter().filter(|link| LOST.contains(&&*link.state)) {
        let of_connection = losses.entry(link.connection.clone()).or_default();
        of_connection.push(link.at);
    }
    let newest = |(id, all): (_, Vec<Timestamp>)| {
        let from = all.len().saturating_sub(LOSSES_MAX);
        (id, all.get(from..).unwrap_or_default().into())
    };
    losses.into_iter().map(newest).collect()
}

/// Which provisional ids a plant has signals for; of addresses that feed no signal there is none.
fn adoptions(plant: &Plant, losses: &HashMap<ConnectionId, Arc<[Timestamp]>>) -> Vec<Adoption> {
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

    /// The batches to store.
    ///
    /// # Errors
    /// When new names cannot be stored; may be repeated.
    pub async fn number(
        &mut self,
        heard: &[HeardBatch],
    ) -> Result<Vec<Arc<SampleBatch>>, twin_historian::Error> {
        self.look_up().await?;
        self.name_new(heard).await?;
        let mut batches = Vec::with_capacity(heard.len());
        for batch in heard {
            let Some(keys) = self.keys.get(&batch.connection) else {
                continue;
            };
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
                batches.push(Arc::new(out));
            }
        }
        Ok(batches)
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
    use twin_core::{BatchId, Quality, Reason};
    use twin_historian::{Durability, Group};

    use super::*;

    const PLANT: &str = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nhost = \"h\"\n\
        [[area]]\nid = \"a\"\n[[type]]\nid = \"tank\"\n[[type.signal]]\nid = \"level\"\n[[asset]]\nid = \"t\"\n\
        area = \"a\"\ntype = \"tank\"\nconnection = \"c\"\nsource = \"plant/t#{signal}\"\n";

    #[tokio::test]
    async fn what_is_accepted_shows_when_its_connection_was_lost() -> anyhow::Result<()> {
        let dir = tempfile::tempdir()?;
        let historian = Historian::open(dir.path(), Timestamp(1)).await?;
        let id = provisional_id(&"c".into(), "plant/t#level");
        let keys = historian.signal_keys(&[id]).await?;
        let sample = |at: i64| {
            let mut batch = SampleBatch::new(BatchId(at as u64), Timestamp(at));
            batch.push_f64(keys[0], Timestamp(at), 1.0, Quality::GOOD);
            Arc::new(batch)
        };
        let link = |connection: &str, at, state: &str| LinkTransition {
            connection: connection.into(),
            at: Timestamp(at),
            state: state.into(),
            reason: String::new(),
        };
        let group = Group {
            batches: &[sample(10), sample(200)],
            links: &[
                link("c", 1, "down"),
                link("other", 50, "down"),
                link("c", 100, "taken-over"),
                link("c", 150, "up"),
            ],
            ..Group::default()
        };
        historian.append_group(group, Durability::Full).await?;
        let plant = Plant::parse(PLANT)?;
        adopt(&historian, &plant, Timestamp(1_000)).await?;
        let signals = historian.signals().await?;
        assert_eq!(signals, [(keys[0], "t/level".into())]);
        let lost = Quality::bad(Reason::BrokerLost);
        for (at, expected) in [(60, Quality::GOOD), (160, lost), (250, Quality::GOOD)] {
            let seen = historian.as_of(Timestamp(at)).await?;
            assert_eq!(seen[0].quality, expected, "{at}");
        }
        Ok(())
    }
}
