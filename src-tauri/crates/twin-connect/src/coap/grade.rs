//! How well a CoAP connection is protected.

use twin_core::said;

use super::spec::{CoapSecurity, CoapSpec};
use crate::{Grade, Risk, RiskKind};

impl CoapSpec {
    /// The grade of the connection, and what may go wrong with it.
    #[must_use]
    pub fn security_grade(&self) -> (Grade, Vec<Risk>) {
        match self.security {
            CoapSecurity::None => {
                let risk = Risk {
                    kind: RiskKind::Plaintext,
                    message: said!(
                        "risk-plaintext",
                        "nothing is encrypted: whoever is on the way can read every value and send false ones"
                    ),
                    advice: said!(
                        "risk-coap-plaintext-advice",
                        "Use DTLS with a pre-shared key, if the device can, or keep its network to itself."
                    ),
                };
                (Grade::D, vec![risk])
            }
            CoapSecurity::PresharedKey { .. } => {
                let risk = Risk {
                    kind: RiskKind::SharedKey,
                    message: said!(
                        "risk-coap-key",
                        "whoever learns the pre-shared key can be this client or the device, and can read what was \
                         recorded before"
                    ),
                    advice: said!(
                        "risk-coap-key-advice",
                        "Give every device a key of its own, and change it when somebody may have seen it."
                    ),
                };
                (Grade::B, vec![risk])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::spec::PresharedKey, *};

    #[test]
    fn plaintext_is_the_worst_and_a_shared_key_is_no_identity() {
        let plain = CoapSpec::new("plc", 5683);
        let (grade, risks) = plain.security_grade();
        assert_eq!((grade, risks[0].kind), (Grade::D, RiskKind::Plaintext));
        let keyed = CoapSpec {
            security: CoapSecurity::PresharedKey {
                identity: "desk".into(),
                key: PresharedKey::text("sesame").unwrap(),
            },
            ..plain
        };
        let (grade, risks) = keyed.security_grade();
        assert_eq!((grade, risks[0].kind), (Grade::B, RiskKind::SharedKey));
    }
}
