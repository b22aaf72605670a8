//! Connections of the plant file that cannot even be tried, such as one without its key: told, and tried again. All
//! others go on, and one that ran before runs on as it was.

use std::{collections::BTreeMap, mem::take};

use twin_core::{ConnectionId, Duration, Said, Timestamp, engine::SystemEvent, said};
use twin_model::{Connection, Plant};

use super::App;
use crate::{
    decoding::decoder_of,
    error::{Error, Result},
    running::LinkSpec,
};

/// First word of the name of a connection's condition; its id follows.
const CONDITION: &str = "unmade";
/// Looked at again so much later; twice as much each time, up to the second.
const RETRY: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(64)];

/// Connections that cannot be made.
#[derive(Debug, Default)]
pub(super) struct Unmade {
    /// What is told of each.
    told: BTreeMap<ConnectionId, Said>,
    /// When they are looked at again, and how long that waited.
    again: Option<(Timestamp, Duration)>,
}

impl App {
    /// Brings what runs in line with a plant, as far as its connections can be made. Whoever calls holds `editing`.
    ///
    /// # Errors
    /// As [`App::reconnect`].
    pub(super) async fn reconnect_possible(&self, plant: &Plant, now: Timestamp) -> Result<()> {
        let mut told = BTreeMap::new();
        let mut kept: Vec<Connection> = Vec::new();
        for connection in &plant.connections {
            let (runs, running) = {
                let links = self.links.lock().await;
                let runs = links.runs(connection) && links.has_link(&connection.id);
                (runs, links.running_as(&connection.id))
            };
            let fault = match runs {
                true => None,
                false => self.fault_of(connection),
            };
            if let Some(error) = fault {
                told.insert(
                    connection.id.clone(),
                    words(connection, &error, running.is_some()),
                );
                kept.extend(running);
            } else if !runs {
                // It may have failed, and then it is listed so.
                self.make_anew(&connection.id).await;
            }
        }
        self.say_unmade(told, now).await;
        if kept.is_empty() {
            return self.reconnect(plant).await;
        }
        let mut possible = plant.clone();
        for running in kept {
            let of = possible.connections.iter_mut();
            of.filter(|of| of.id == running.id)
                .for_each(|of| of.clone_from(&running));
        }
        self.reconnect(&possible).await
    }

    /// Tries again what could not be made, when it is time to.
    pub(super) async fn look_at_connections(&self, now: Timestamp) {
        let is_due = {
            let unmade = self.unmade.lock().await;
            unmade.again.is_none_or(|(at, _)| at <= now)
        };
        if !is_due {
            return;
        }
        let _alone = self.editing.lock().await;
        let compiled = self.compiled();
        let is_whole = {
            let links = self.links.lock().await;
            let mut all = compiled.plant.connections.iter();
            all.all(|of| links.runs(of) && links.has_link(&of.id))
        };
        if is_whole {
            return self.say_unmade(BTreeMap::new(), now).await;
        }
        if let Err(error) = self.reconnect_possible(&compiled.plant, now).await {
            tracing::warn!("connections could not be made: {error}");
        }
    }

    fn fault_of(&self, connection: &Connection) -> Option<Error> {
        let spec = LinkSpec::of(&self.workspace, connection, None);
        decoder_of(connection).map(drop).and(spec).err()
    }

    /// Raises, renews and ends the conditions, and sets when it is tried again.
    async fn say_unmade(&self, told: BTreeMap<ConnectionId, Said>, now: Timestamp) {
        let mut unmade = self.unmade.lock().await;
        let before = take(&mut unmade.told);
        let waited = unmade.again.filter(|_| before.keys().eq(told.keys()));
        let [first, most] = RETRY;
        let wait = waited.map_or(first, |(_, waited)| {
            Duration(waited.micros().saturating_mul(2)).min(most)
        });
        unmade.again = (!told.is_empty()).then(|| (now.plus(wait), wait));
        let key = |id: &ConnectionId| format!("{CONDITION} {id}");
        let over = before.keys().filter(|id| !told.contains_key(*id));
        let over = over.map(|id| SystemEvent::Cleared { key: key(id) });
        let new = told
            .iter()
            .filter(|(id, text)| before.get(*id) != Some(*text));
        let new = new.map(|(id, text)| SystemEvent::Raised {
            key: key(id),
            text: text.clone(),
        });
        for event in over.chain(new) {
            // The driver may have ended; then nobody needs to know.
            let _ = self.conditions.send(event).await;
        }
        unmade.told = told;
    }
}

fn words(connection: &Connection, error: &Error, runs_on: bool) -> Said {
    let (name, error) = (connection.name.as_str(), error.said());
    if runs_on {
        return said!(
            "condition-connection-kept",
            "{name}: plant.toml was changed, and the connection cannot be made so, so it runs on as it was: {error}",
            name = name,
            error = error
        );
    }
    said!(
        "condition-connection-unmade",
        "{name}: the connection cannot be made, and is tried again: {error}",
        name = name,
        error = error
    )
}
