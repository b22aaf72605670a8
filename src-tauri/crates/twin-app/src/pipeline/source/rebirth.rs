//! Rebirth requests: the one thing that a person may have published on a connection.

use twin_connect::{Command, Qos};
use twin_core::{Timestamp, said};

use super::Source;
use crate::error::{Error, Result, Thing};

impl Source {
    /// Asks a node for its birth.
    ///
    /// # Errors
    /// When the plant file does not allow it, or the connection cannot take it now.
    pub fn request_rebirth(&mut self, node: &str, now: Timestamp) -> Result<()> {
        if !self.form.allow_rebirth {
            return Err(Error::Request(said!(
                "refused-read-only",
                "the connection \"{name}\" is read-only: allow rebirth requests in its settings first",
                name = self.form.name.as_str()
            )));
        }
        let unknown = || Error::Unknown {
            what: Thing::EdgeNode,
            id: node.to_owned(),
        };
        let (topic, payload) = self
            .decoder
            .rebirth_request(node, now)
            .ok_or_else(unknown)?;
        let command = Command::Publish {
            topic,
            payload: payload.into(),
            qos: Qos::AtMostOnce,
            retain: false,
        };
        self.commands.try_send(command).map_err(|_| {
            Error::Request(said!(
                "refused-not-ready",
                "the connection \"{name}\" is not ready: try again",
                name = self.form.name.as_str()
            ))
        })?;
        self.decoder.rebirth_asked(node, now);
        Ok(())
    }
}
