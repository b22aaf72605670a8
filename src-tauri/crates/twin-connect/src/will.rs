//! The first and the last words of a connection.

use bytes::Bytes;
use twin_core::{Timestamp, said};

use crate::{Error, Qos};

/// Most that a CONNECT can carry of a topic or of a will's payload, bytes (MQTT 5, 1.5.4 and 1.5.6).
const FIELD_MAX: usize = 65_535;

/// A payload of a connection's own.
#[derive(Clone, Debug)]
pub enum Words {
    /// Always the same.
    Same(Bytes),
    /// Made anew for each link, of the instant at which it was begun; of last words, of the instant at which they are said.
    At(fn(Timestamp) -> Bytes),
}

impl Words {
    pub(crate) fn at(&self, instant: Timestamp) -> Bytes {
        match self {
            Words::Same(payload) => payload.clone(),
            Words::At(make) => make(instant),
        }
    }
}

impl PartialEq for Words {
    /// Two that make the same of one instant are taken for the same.
    fn eq(&self, other: &Words) -> bool {
        self.at(Timestamp(0)) == other.at(Timestamp(0))
    }
}

impl Eq for Words {}

impl From<Bytes> for Words {
    fn from(payload: Bytes) -> Words {
        Words::Same(payload)
    }
}

/// A message that a connection publishes on every new link, once the broker has answered its filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// Topic name.
    pub topic: String,
    /// Payload.
    pub payload: Words,
    /// Quality of service.
    pub qos: Qos,
    /// Whether the broker keeps it for those who subscribe later.
    pub retain: bool,
}

/// A message that the broker sends in this client's name once the link has broken (MQTT 5, 3.1.2.5). A connection that is
/// stopped sends the same message itself before it says goodbye, because the broker then forgets the will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    /// Topic name.
    pub topic: String,
    /// Payload.
    pub payload: Words,
    /// Quality of service.
    pub qos: Qos,
    /// Whether the broker keeps it for those who subscribe later.
    pub retain: bool,
}

impl Will {
    pub(crate) fn check(&self) -> Result<(), Error> {
        check(&self.topic, &self.payload)
    }

    /// The payload of a will of a link that was begun.
    pub(crate) fn said(&self) -> Bytes {
        self.payload.at(Timestamp::MIN)
    }

    /// The will of a link that is begun at this instant.
    pub(crate) fn begun(&self, at: Timestamp) -> Will {
        Will {
            payload: Words::Same(self.payload.at(at)),
            ..self.clone()
        }
    }
}

impl Greeting {
    pub(crate) fn check(&self) -> Result<(), Error> {
        check(&self.topic, &self.payload)
    }
}

fn check(topic: &str, payload: &Words) -> Result<(), Error> {
    let wrong = |why| {
        Err(Error::Will {
            topic: topic.to_owned(),
            why,
        })
    };
    if topic.is_empty() || topic.contains(['+', '#', '\0']) {
        return wrong(said!(
            "connect-will-topic",
            "its topic must be one topic: not empty, and without +, # and NUL"
        ));
    }
    if topic.len() > FIELD_MAX || payload.at(Timestamp(0)).len() > FIELD_MAX {
        return wrong(said!(
            "connect-will-long",
            "its topic and its payload may have at most 65,535 bytes each"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_will_that_no_connect_can_carry_is_refused() {
        let good = Will {
            topic: "spBv1.0/STATE/desk".into(),
            payload: Bytes::from_static(b"{}").into(),
            qos: Qos::AtLeastOnce,
            retain: true,
        };
        assert!(good.check().is_ok());
        for topic in ["", "a/#", "+/b", "a\0b"] {
            let will = Will {
                topic: topic.into(),
                ..good.clone()
            };
            let error = will.check().unwrap_err().to_string();
            assert!(error.contains("one topic"), "{error}");
        }
        let will = Will {
            payload: Bytes::from(vec![0; FIELD_MAX + 1]).into(),
            ..good
        };
        assert!(will.check().is_err());
    }
}
