//! Connections as they run: started, ended, and brought in line with what the plant file says.

use std::{collections::BTreeMap, sync::atomic::Ordering};

use twin_core::ConnectionId;
use twin_model::{Connection, Plant};
use twin_payload::Decoder;

use super::{App, doctor::grade_view};
use crate::{
    clock,
    connections::{client_id, form_of},
    decoding::decoder_of,
    error::Result,
    greetings::told,
    pipeline::{
        request::Request,
        source::{Source, SourceParts, Wanted},
    },
    running::{LinkSpec, RunningLink, command_queue, message_queue},
};

/// The connections that the driver knows.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// Their links. One that cannot even be tried has none.
    pub running: Vec<RunningLink>,
    /// As what each was made; none of one that is half made, half ended, or to be made anew.
    made: BTreeMap<ConnectionId, Option<Connection>>,
}

impl Links {
    /// Whether a connection runs as this says.
    pub fn runs(&self, connection: &Connection) -> bool {
        self.made.get(&connection.id).and_then(Option::as_ref) == Some(connection)
    }

    /// Whether a connection has a link.
    pub fn has_link(&self, id: &ConnectionId) -> bool {
        self.running.iter().any(|link| link.id == *id)
    }

    /// As what a connection runs that has a link; none when it is to be made anew.
    pub fn running_as(&self, id: &ConnectionId) -> Option<Connection> {
        let made = self.made.get(id).and_then(Option::as_ref);
        made.filter(|_| self.has_link(id)).cloned()
    }
}

impl App {
    /// Starts a connection that the driver does not know. One that cannot even be tried is listed with the reason, so that it can be mended.
    pub(super) async fn connect(&self, connection: &Connection) -> Result<()> {
        let id = &connection.id;
        self.links.lock().await.made.insert(id.clone(), None);
        let index = self.next_link.fetch_add(1, Ordering::Relaxed);
        // Without them nodes are asked for new births; a connection that is not there would be worse.
        let births = self.historian.births(&connection.id).await;
        let births = births.unwrap_or_else(|error| {
            tracing::warn!(
                "kept birth certificates of {} cannot be read: {error}",
                connection.id
            );
            Vec::new()
        });
        let queue = command_queue();
        let (inbound, inbox) = message_queue();
        let compiled = self.compiled();
        let addresses = compiled.addresses.get(&connection.id).cloned();
        let (decoder, refused) = match decoder_of(connection) {
            Ok(decoder) => (decoder, None),
            Err(error) => (Decoder::new(), Some(error)),
        };
        let mut source = Source::new(SourceParts {
            decoder,
            index,
            form: form_of(connection),
            client_id: client_id(&self.workspace, connection),
            commands: queue.0.clone(),
            inbox,
            addresses: addresses.unwrap_or_default(),
            wanted: Wanted::of(&compiled, &connection.id),
            births: births
                .into_iter()
                .map(|birth| (birth.topic, birth.payload))
                .collect(),
            now: clock::now(),
        });
        let spec = LinkSpec::of(&self.workspace, connection, None);
        let spec = refused.map_or(spec, Err);
        match &spec {
            Ok(spec) => source.put_grade(grade_view(spec.grade())),
            Err(error) => source.fail(error.said()),
        }
        // The driver takes requests before messages, so it knows the source when the first message arrives.
        self.ask(Request::PutSource(index, Box::new(source)))
            .await?;
        if let Ok(spec) = spec {
            // What is published on every link from now on.
            for (action, topics) in told(connection) {
                self.audit("", action, id.as_str(), &topics).await;
            }
            let link = RunningLink::start(id.clone(), spec, queue, inbound);
            self.links.lock().await.running.push(link);
        }
        let made = Some(connection.clone());
        self.links.lock().await.made.insert(id.clone(), made);
        Ok(())
    }

    /// The next time that a plant is taken up a connection is made anew, whatever the plant says of it.
    pub(super) async fn make_anew(&self, id: &ConnectionId) {
        if let Some(made) = self.links.lock().await.made.get_mut(id) {
            *made = None;
        }
    }

    /// Ends a connection. The driver is told by id, because a failed one has no link.
    async fn disconnect(&self, id: &ConnectionId) -> Result<()> {
        let mut links = self.links.lock().await;
        while let Some(at) = links.running.iter().position(|link| link.id == *id) {
            links.running.swap_remove(at).stop().await;
        }
        drop(links);
        self.ask(Request::RemoveSource(id.to_string())).await
    }

    /// Brings what runs in line with a plant: ends, starts and starts anew what differs, also what an earlier call left
    /// half done. The others go on untouched.
    pub(super) async fn reconnect(&self, plant: &Plant) -> Result<()> {
        let differing = {
            let mut links = self.links.lock().await;
            let made = links.made.iter_mut();
            let differing = made.filter(|(id, made)| {
                made.is_none() || plant.connection(id.as_str()) != made.as_ref()
            });
            let to_end = differing.map(|(id, made)| {
                *made = None;
                id.clone()
            });
            to_end.collect::<Vec<_>>()
        };
        for id in differing {
            self.disconnect(&id).await?;
            self.links.lock().await.made.remove(&id);
        }
        for connection in &plant.connections {
            if !self.links.lock().await.runs(connection) {
                self.connect(connection).await?;
            }
        }
        Ok(())
    }
}
