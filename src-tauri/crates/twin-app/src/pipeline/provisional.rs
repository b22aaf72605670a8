//! What no signal of the plant file comes from is kept for a while under provisional ids, so that it can join the history
//! of a signal once a person accepts it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use twin_core::{ConnectionId, SampleBatch, SignalId, SignalKey};
use twin_historian::{Adoption, Historian};
use twin_model::Plant;

use super::job::HeardBatch;

/// What provisional ids begin with; no id of a plant file does.
pub const PROVISIONAL: &str = "?";
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

/// Which provisional ids a plant has signals for; of addresses that feed no signal there is none.
pub fn adoptions(plant: &Plant) -> Vec<Adoption> {
    let plant_signals = plant.signals();
    let with_address = plant_signals.into_iter().filter_map(|signal| {
        let address = signal.address?;
        Some(Adoption {
            from: provisional_id(&signal.connection, &address),
            to: signal.id,
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
