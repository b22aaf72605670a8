//! Connections as they run: started, ended, and brought in line with what the plant file says.

use std::sync::atomic::Ordering;

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

impl App {
    /// Starts a connection. One that cannot even be tried is listed with the reason, so that it can be mended.
    pub(super) async fn connect(&self, connection: &Connection) -> Result<()> {
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
            client_id: client_id(&self.workspace, connection.id.as_str()),
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
            Err(error) => source.fail(error.to_string()),
        }
        // The driver takes requests before messages, so it knows the source when the first message arrives.
        self.ask(Request::PutSource(index, Box::new(source)))
            .await?;
        let Ok(spec) = spec else { return Ok(()) };
        // What is published on every link from now on.
        for (action, topics) in told(connection) {
            self.audit("", action, connection.id.as_str(), &topics)
                .await?;
        }
        let link = RunningLink::start(connection.id.clone(), spec, queue, inbound);
        self.links.lock().await.push(link);
        Ok(())
    }

    /// Ends a connection. The driver is told by id, because a failed one has no link.
    pub(super) async fn disconnect(&self, id: &str) -> Result<()> {
        let mut links = self.links.lock().await;
        while let Some(at) = links.iter().position(|link| link.id.as_str() == id) {
            links.swap_remove(at).stop().await;
        }
        self.ask(Request::RemoveSource(id.to_owned())).await
    }

    /// Ends, starts and starts anew what differs between two plants, and the connection `anew` whatever the file says
    /// of it. The others go on untouched.
    pub(super) async fn reconnect(
        &self,
        before: &Plant,
        after: &Plant,
        anew: Option<&str>,
    ) -> Result<()> {
        let stays = |connection: &Connection| anew != Some(connection.id.as_str());
        for old in &before.connections {
            if after.connection(old.id.as_str()) != Some(old) || !stays(old) {
                self.disconnect(old.id.as_str()).await?;
            }
        }
        for new in &after.connections {
            if before.connection(new.id.as_str()) != Some(new) || !stays(new) {
                self.connect(new).await?;
            }
        }
        Ok(())
    }
}
