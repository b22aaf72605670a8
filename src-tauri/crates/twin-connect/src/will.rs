//! The last word of a connection.

use bytes::Bytes;

use crate::{Error, Qos};

/// Most that a CONNECT can carry of a topic or of a will's payload, bytes (MQTT 5, 1.5.4 and 1.5.6).
const FIELD_MAX: usize = 65_535;

/// A message that the broker sends in this client's name once the link has broken (MQTT 5, 3.1.2.5). A connection that is
/// stopped sends the same message itself before it says goodbye, because the broker then forgets the will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    /// Topic name.
    pub topic: String,
    /// Payload.
    pub payload: Bytes,
    /// Quality of service.
    pub qos: Qos,
    /// Whether the broker keeps it for those who subscribe later.
    pub retain: bool,
}

impl Will {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = |why| {
            Err(Error::Will {
                topic: self.topic.clone(),
                why,
            })
        };
        if self.topic.is_empty() || self.topic.contains(['+', '#', '\0']) {
            return wrong("its topic must be one topic: not empty, and without +, # and NUL");
        }
        if self.topic.len() > FIELD_MAX || self.payload.len() > FIELD_MAX {
            return wrong("its topic and its payload may have at most 65,535 bytes each");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_will_that_no_connect_can_carry_is_refused() {
        let good = Will {
            topic: "spBv1.0/STATE/desk".into(),
            payload: Bytes::from_static(b"{}"),
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
            payload: vec![0; FIELD_MAX + 1].into(),
            ..good
        };
        assert!(will.check().is_err());
    }
}
