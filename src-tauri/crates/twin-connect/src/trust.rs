//! Who vouches for whom: passwords, certificates, and how strictly the broker's is looked at.

use std::{fmt, path::PathBuf, sync::Arc};

/// A value that never shows itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: &str) -> Self {
        Secret(text.into())
    }

    /// The value itself: hand it on, do not print it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// User name and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// User name.
    pub username: String,
    /// Password.
    pub password: Option<Secret>,
}

/// PEM text, or where to find it. A path is read again at each connect, so that a renewed certificate is picked up.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    /// The text itself.
    Bytes(Arc<[u8]>),
    /// A file.
    Path(PathBuf),
}

impl fmt::Debug for Pem {
    // The bytes may be a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pem::Bytes(bytes) => write!(f, "<{} bytes>", bytes.len()),
            Pem::Path(path) => path.fmt(f),
        }
    }
}

impl From<&str> for Pem {
    fn from(text: &str) -> Self {
        Pem::Bytes(text.as_bytes().into())
    }
}

impl From<PathBuf> for Pem {
    fn from(path: PathBuf) -> Self {
        Pem::Path(path)
    }
}

/// Who may vouch for the broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Authorities {
    /// The certificate authorities that this system trusts.
    #[default]
    System,
    /// Only these.
    Pem(Pem),
}

/// The certificate by which this client proves itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Certificate, followed by its intermediates.
    pub certificate: Pem,
    /// Private key: PKCS#8, PKCS#1 or SEC1.
    pub key: Pem,
}

/// Encryption and proof of identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Who may vouch for the broker.
    pub authorities: Authorities,
    /// How this client proves itself, if it does.
    pub client: Option<ClientCertificate>,
    /// Application protocols to offer, best first (ALPN, RFC 7301); 1 to 255 bytes each. AWS IoT Core wants
    /// `x-amzn-mqtt-ca` on port 443.
    pub alpn: Vec<String>,
    /// Certificate revocation lists (RFC 5280), PEM, of which there may be several, or one in DER. When given, every
    /// certificate of the broker's chain must be covered by one of them that is still current: what is not known to
    /// be good is refused.
    pub crl: Option<Pem>,
    /// The name that the broker's certificate must hold instead of the host; also sent to the broker. It is a risk: see
    /// [`crate::RiskKind::ServerNameOverride`].
    pub server_name: Option<String>,
}
