//! Rebirth requests: the one thing that a person may have published on a connection.

use twin_connect::{Command, Qos};
use twin_core::Timestamp;

use super::Source;
use crate::error::{Error, Result};

impl Source {
    /// Asks a node for its birth.
    ///
    /// # Errors
    /// When the plant file does not allow it, or the connection cannot take it now.
    pub fn request_rebirth(&mut self, node: &str, now: Timestamp) -> Result<()> {
        if !self.form.allow_rebirth {
            return Err(Error::Request(format!(
                "the connection \"{}\" is read-only: allow rebirth requests in its settings first",
                self.form.name
            )));
        }
        let unknown = || Error::Unknown {
            what: "edge node",
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
            Error::Request(format!(
                "the connection \"{}\" is not ready: try again",
                self.form.name
            ))
        })?;
        self.decoder.rebirth_asked(node, now);
        Ok(())
    }
}
