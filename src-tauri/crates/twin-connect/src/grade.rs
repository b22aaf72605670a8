//! How well a connection is protected, as far as its description says.

use serde::Serialize;
use twin_core::{Said, said};

use crate::{Authorities, Carrier, ConnectionSpec, Pem, Tls};

/// How the two ends know each other, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Grade {
    /// Encrypted; both prove themselves by certificates.
    A,
    /// Encrypted; this client proves itself by something it shares with the broker: a password, a token.
    B,
    /// Encrypted; the broker does not know who this client is.
    C,
    /// Not encrypted: whoever is on the way can read and change everything.
    D,
}

impl Grade {
    /// `A` to `D`.
    pub const fn letter(self) -> &'static str {
        match self {
            Grade::A => "A",
            Grade::B => "B",
            Grade::C => "C",
            Grade::D => "D",
        }
    }

    /// What the letter stands for.
    pub const fn words(self) -> &'static str {
        match self {
            Grade::A => "certificate identity",
            Grade::B => "shared key",
            Grade::C => "anonymous",
            Grade::D => "plaintext",
        }
    }

    /// What a person reads: letter and words.
    pub fn label(self) -> String {
        format!("{}, {}", self.letter(), self.words())
    }
}

/// What may go wrong with a connection although it works. Its name in kebab case is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskKind {
    /// Nothing is encrypted.
    Plaintext,
    /// A password or token is sent without encryption.
    SecretInPlain,
    /// A password or token is all that proves this client.
    SharedKey,
    /// Nothing proves this client.
    Anonymous,
    /// The broker's certificate is checked against another name than the host's.
    ServerNameOverride,
    /// Any authority that the system trusts may vouch for the broker.
    SystemAuthorities,
    /// A revoked certificate would not be noticed.
    NoRevocationList,
    /// Others on this machine can read the private key.
    KeyReadable,
}

/// One of them, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// Its kind.
    pub kind: RiskKind,
    /// What may happen.
    pub message: Said,
    /// What to do about it.
    pub advice: Said,
}

fn risk(kind: RiskKind, message: Said, advice: Said) -> Risk {
    Risk {
        kind,
        message,
        advice,
    }
}

/// The grade of a connection, and what may go wrong with it. Files are not looked at; see [`key_risk`] for that.
pub fn security_grade(spec: &ConnectionSpec) -> (Grade, Vec<Risk>) {
    let password = spec
        .credentials
        .as_ref()
        .is_some_and(|credentials| credentials.password.is_some());
    let token = matches!(&spec.carrier, Carrier::WebSocket { headers, .. } if !headers.is_empty());
    let has_secret = password || token;
    let Some(tls) = &spec.tls else {
        return (Grade::D, plain(has_secret, password));
    };
    let mut risks = Vec::new();
    let grade = if tls.client.is_some() {
        Grade::A
    } else if has_secret {
        risks.push(shared_key(password));
        Grade::B
    } else {
        risks.push(risk(
            RiskKind::Anonymous,
            said!(
                "risk-anonymous",
                "the broker does not know who this client is, so it lets anyone in"
            ),
            said!(
                "risk-anonymous-advice",
                "Use a client certificate, and let the broker demand one."
            ),
        ));
        Grade::C
    };
    risks.extend(certificate_risks(spec, tls));
    (grade, risks)
}

fn plain(has_secret: bool, password: bool) -> Vec<Risk> {
    let mut risks = vec![risk(
        RiskKind::Plaintext,
        said!(
            "risk-plaintext",
            "nothing is encrypted: whoever is on the way can read every value and send false ones"
        ),
        said!(
            "risk-plaintext-advice",
            "Switch TLS on, at the broker first if need be."
        ),
    )];
    if has_secret {
        let message = match password {
            true => said!(
                "risk-secret-in-plain",
                "the password is sent readable to everyone on the way"
            ),
            false => said!(
                "risk-token-in-plain",
                "the token is sent readable to everyone on the way"
            ),
        };
        let advice = said!(
            "risk-secret-in-plain-advice",
            "Switch TLS on, and then change it: it may be known already."
        );
        risks.push(risk(RiskKind::SecretInPlain, message, advice));
    }
    risks
}

fn shared_key(password: bool) -> Risk {
    let message = match password {
        true => said!(
            "risk-shared-key",
            "whoever learns the password can be this client"
        ),
        false => said!(
            "risk-shared-token",
            "whoever learns the token can be this client"
        ),
    };
    let advice = said!(
        "risk-shared-key-advice",
        "Use a client certificate instead: its key never leaves this machine."
    );
    risk(RiskKind::SharedKey, message, advice)
}

/// What may go wrong with the check of the broker's certificate.
fn certificate_risks(spec: &ConnectionSpec, tls: &Tls) -> Vec<Risk> {
    let mut risks = Vec::new();
    if let Some(name) = &tls.server_name {
        risks.push(risk(
            RiskKind::ServerNameOverride,
            said!(
                "risk-server-name-override",
                "the broker is checked against the name \"{name}\", not \"{host}\": whoever holds a certificate for that \
                 name can stand in for it",
                name = name.as_str(),
                host = spec.host.as_str()
            ),
            said!(
                "risk-server-name-override-advice",
                "Give the broker a certificate for its own name, and remove the other name."
            ),
        ));
    }
    if tls.authorities == Authorities::System {
        risks.push(risk(
            RiskKind::SystemAuthorities,
            said!(
                "risk-system-authorities",
                "any authority that this system trusts may vouch for the broker"
            ),
            said!(
                "risk-system-authorities-advice",
                "Choose the CA file of the broker's own authority."
            ),
        ));
    }
    if tls.crl.is_none() {
        risks.push(risk(
            RiskKind::NoRevocationList,
            said!(
                "risk-no-revocation-list",
                "a certificate of the broker that its authority has revoked would still be accepted"
            ),
            said!(
                "risk-no-revocation-list-advice",
                "Choose a revocation list, if the authority publishes one."
            ),
        ));
    }
    risks
}

/// Whether others can read the private key's file: its permissions, by the system's clock of this moment. None where
/// the system has no such permissions, or the file cannot be seen.
pub async fn key_risk(spec: &ConnectionSpec) -> Option<Risk> {
    let client = spec.tls.as_ref()?.client.as_ref()?;
    let Pem::Path(path) = &client.key else {
        return None;
    };
    let meta = tokio::fs::metadata(path).await.ok()?;
    let mode = mode_of(&meta)?;
    let path = path.display().to_string();
    (mode & 0o077 != 0).then(|| {
        let message = said!(
            "risk-key-readable",
            "the private key {path} is open to others on this machine (mode {mode})",
            path = path.as_str(),
            mode = format!("{mode:03o}")
        );
        let advice = said!(
            "risk-key-readable-advice",
            "Make it readable for its owner only: chmod 600 {path}",
            path = path
        );
        risk(RiskKind::KeyReadable, message, advice)
    })
}

#[cfg(unix)]
fn mode_of(meta: &std::fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(meta.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode_of(_: &std::fs::Metadata) -> Option<u32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClientCertificate, Credentials, Secret};

    fn kinds(spec: &ConnectionSpec) -> (Grade, Vec<RiskKind>) {
        let (grade, risks) = security_grade(spec);
        assert!(
            risks
                .iter()
                .all(|r| !r.message.is_empty() && !r.advice.is_empty())
        );
        assert!(!format!("{risks:?}").contains("hunter2"));
        (grade, risks.into_iter().map(|risk| risk.kind).collect())
    }

    #[test]
    fn each_kind_of_identity_has_its_grade() {
        use RiskKind::*;
        let credentials = Some(Credentials {
            username: "ann".into(),
            password: Some(Secret::new("hunter2")),
        });
        let mut spec = ConnectionSpec::new("broker", 8883, "me");
        let always = [SystemAuthorities, NoRevocationList];
        let with = |first: &[RiskKind]| [first, &always].concat();
        assert_eq!(kinds(&spec), (Grade::C, with(&[Anonymous])));
        spec.credentials = credentials;
        assert_eq!(kinds(&spec), (Grade::B, with(&[SharedKey])));
        let strict = Tls {
            authorities: Authorities::Pem("CA".into()),
            client: Some(ClientCertificate {
                certificate: "CERT".into(),
                key: "KEY".into(),
            }),
            crl: Some("CRL".into()),
            ..Tls::default()
        };
        spec.tls = Some(strict.clone());
        assert_eq!(kinds(&spec), (Grade::A, vec![]));
        spec.tls = Some(Tls {
            server_name: Some("other".into()),
            ..strict
        });
        assert_eq!(kinds(&spec), (Grade::A, vec![ServerNameOverride]));
        spec.tls = None;
        assert_eq!(kinds(&spec), (Grade::D, vec![Plaintext, SecretInPlain]));
        spec.credentials = None;
        assert_eq!(kinds(&spec), (Grade::D, vec![Plaintext]));
        spec.carrier = Carrier::WebSocket {
            path: "/".into(),
            headers: vec![("Authorization".into(), Secret::new("hunter2"))],
        };
        assert_eq!(kinds(&spec), (Grade::D, vec![Plaintext, SecretInPlain]));
        spec.tls = Some(Tls::default());
        assert_eq!(kinds(&spec), (Grade::B, with(&[SharedKey])));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_key_that_others_can_read_is_a_risk() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let key = directory.path().join("desk.key");
        std::fs::write(&key, "KEY").unwrap();
        let mut spec = ConnectionSpec::new("broker", 8883, "me");
        spec.tls = Some(Tls {
            client: Some(ClientCertificate {
                certificate: "CERT".into(),
                key: key.clone().into(),
            }),
            ..Tls::default()
        });
        for (mode, risky) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
            let found = key_risk(&spec).await;
            assert_eq!(found.is_some(), risky, "{mode:o}");
            if let Some(risk) = found {
                assert!(risk.advice.to_string().contains("chmod 600"), "{risk:?}");
            }
        }
    }
}
