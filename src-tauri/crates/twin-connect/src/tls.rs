//! TLS settings. They are made anew for each attempt, so that renewed files are picked up.

use std::{
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use rustls::{
    ClientConfig, RootCertStore, SignatureScheme,
    client::{ResolvesClientCert, VerifierBuilderError, WebPkiServerVerifier},
    crypto::{CryptoProvider, ring::default_provider},
    pki_types::{
        CertificateDer, CertificateRevocationListDer, PrivateKeyDer, ServerName, pem::PemObject,
    },
    sign::CertifiedKey,
};
use tokio::io::AsyncReadExt;
use twin_core::{Said, said};

use crate::{
    Authorities, ClientCertificate, Error, Pem, Tls, certificate,
    facts::{CertificateFacts, RevocationFacts},
};

/// Largest certificate, key or revocation list file that is read, bytes.
const MAX_FILE: u64 = 16 << 20;

/// Settings ready for a handshake.
pub(crate) struct Setup {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) identity: Arc<Identity>,
    /// The authorities' certificates.
    pub(crate) trusted: Trusted,
    pub(crate) revocations: Vec<RevocationFacts>,
}

type Trusted = Arc<[CertificateDer<'static>]>;

/// This client's certificate, if it has one. It remembers whether the broker wanted to see it: a broker that gets none
/// may close the connection in a way that says nothing.
#[derive(Debug)]
pub(crate) struct Identity {
    key: Option<Arc<CertifiedKey>>,
    asked: AtomicBool,
}

impl Identity {
    pub(crate) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    pub(crate) fn is_given(&self) -> bool {
        self.key.is_some()
    }

    pub(crate) fn facts(&self) -> Vec<CertificateFacts> {
        let key = self.key.as_ref();
        key.map_or_else(Vec::new, |key| certificate::chain(&key.cert))
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.key.is_some()
    }
}

/// One of the files.
#[derive(Clone, Copy)]
enum Part {
    Authorities,
    Certificate,
    Key,
    Revocations,
}

impl Part {
    fn said(self) -> Said {
        match self {
            Part::Authorities => said!("connect-part-authorities", "CA file"),
            Part::Certificate => said!("connect-part-certificate", "client certificate"),
            Part::Key => said!("connect-part-key", "client key"),
            Part::Revocations => said!("connect-part-revocations", "revocation list"),
        }
    }

    /// What it has to hold.
    fn block(self) -> Said {
        match self {
            Part::Authorities | Part::Certificate => {
                said!("connect-block-certificate", "usable certificate")
            }
            Part::Key => said!("connect-block-key", "usable private key"),
            Part::Revocations => said!("connect-block-revocations", "usable revocation list"),
        }
    }
}

/// Reads what `tls` names and makes the settings. Versions 1.2 and 1.3; a provider of its own, so that it does not
/// matter which one the process has installed.
pub(crate) async fn set_up(tls: &Tls) -> Result<Setup, Error> {
    let provider = Arc::new(default_provider());
    let (roots, trusted) = match &tls.authorities {
        Authorities::System => system_authorities()?,
        Authorities::Pem(pem) => {
            let trusted = certificates(pem, Part::Authorities).await?;
            let roots = roots_of(&trusted);
            if roots.is_empty() {
                return Err(missing(Part::Authorities, pem));
            }
            (Arc::new(roots), trusted.into())
        }
    };
    let key = match &tls.client {
        Some(client) => Some(Arc::new(certified_key(client, &provider).await?)),
        None => None,
    };
    let lists = match &tls.crl {
        Some(pem) => revocation_lists(pem).await?,
        None => Vec::new(),
    };
    let revocations = lists
        .iter()
        .filter_map(|list| certificate::revocations(list))
        .collect();
    let identity = Arc::new(Identity {
        key,
        asked: AtomicBool::new(false),
    });
    let verifier = verifier(roots, &provider, lists)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Tls {
            detail: error.to_string(),
        })?
        .with_webpki_verifier(verifier)
        .with_client_cert_resolver(Arc::clone(&identity) as Arc<dyn ResolvesClientCert>);
    config.alpn_protocols = tls
        .alpn
        .iter()
        .map(|name| name.clone().into_bytes())
        .collect();
    Ok(Setup {
        config: Arc::new(config),
        identity,
        trusted,
        revocations,
    })
}

/// With revocation lists each certificate of a chain must be known to be good, by a list that is still current.
fn verifier(
    roots: Arc<RootCertStore>,
    provider: &Arc<CryptoProvider>,
    lists: Vec<CertificateRevocationListDer<'static>>,
) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let builder = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider));
    let builder = if lists.is_empty() {
        builder
    } else {
        builder.with_crls(lists).enforce_revocation_expiration()
    };
    builder.build().map_err(|error| match error {
        VerifierBuilderError::InvalidCrl(error) => Error::RevocationList {
            detail: format!("{error:?}"),
        },
        other => Error::Tls {
            detail: other.to_string(),
        },
    })
}

/// The name that the broker's certificate must be valid for.
pub(crate) fn server_name(host: &str) -> Result<ServerName<'static>, Error> {
    ServerName::try_from(host.to_owned()).map_err(|_| Error::ServerName { host: host.into() })
}

async fn certified_key(
    client: &ClientCertificate,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, Error> {
    let chain = certificates(&client.certificate, Part::Certificate).await?;
    let text = read(&client.key, Part::Key).await?;
    let key = PrivateKeyDer::from_pem_slice(&text).map_err(|_| missing(Part::Key, &client.key))?;
    CertifiedKey::from_der(chain, key, provider).map_err(|error| Error::ClientKey {
        detail: error.to_string(),
    })
}

async fn certificates(pem: &Pem, what: Part) -> Result<Vec<CertificateDer<'static>>, Error> {
    let text = read(pem, what).await?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(missing(what, pem)),
    }
}

/// PEM, or else one in DER, as authorities publish them.
async fn revocation_lists(pem: &Pem) -> Result<Vec<CertificateRevocationListDer<'static>>, Error> {
    let what = Part::Revocations;
    let text = read(pem, what).await?;
    // A SEQUENCE, which no text begins with by chance.
    if text.first() == Some(&0x30) && text.get(1).is_some_and(|length| *length >= 0x80) {
        return Ok(vec![CertificateRevocationListDer::from(text.to_vec())]);
    }
    let found: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(missing(what, pem)),
    }
}

async fn read(pem: &Pem, what: Part) -> Result<Arc<[u8]>, Error> {
    let path = match pem {
        Pem::Bytes(bytes) => return Ok(Arc::clone(bytes)),
        Pem::Path(path) => path,
    };
    let content = async {
        let mut content = Vec::new();
        let file = tokio::fs::File::open(path).await?;
        file.take(MAX_FILE + 1).read_to_end(&mut content).await?;
        if content.len() as u64 > MAX_FILE {
            return Err(io::Error::other("it is larger than 16 MiB"));
        }
        Ok(content)
    };
    match content.await {
        Ok(content) => Ok(content.into()),
        Err(source) => Err(Error::File {
            what: what.said(),
            path: path.clone(),
            source,
        }),
    }
}

fn missing(what: Part, pem: &Pem) -> Error {
    let origin = match pem {
        Pem::Bytes(_) => said!("connect-as-text", "given as text"),
        Pem::Path(path) => Said::from(path.display().to_string()),
    };
    Error::Pem {
        what: what.said(),
        origin,
        block: what.block(),
    }
}

fn roots_of(certificates: &[CertificateDer<'static>]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    roots
}

/// The system's authorities, read once: some hundred small files, tens of milliseconds. A failure is not kept.
fn system_authorities() -> Result<(Arc<RootCertStore>, Trusted), Error> {
    static KEPT: OnceLock<(Arc<RootCertStore>, Trusted)> = OnceLock::new();
    if let Some(kept) = KEPT.get() {
        return Ok(kept.clone());
    }
    let found = rustls_native_certs::load_native_certs();
    let roots = roots_of(&found.certs);
    if roots.is_empty() {
        let detail = found.errors.first().map_or_else(
            || said!("connect-empty-store", "the store is empty"),
            |error| Said::from(error.to_string()),
        );
        return Err(Error::NoSystemAuthorities { detail });
    }
    let fresh = (Arc::new(roots), found.certs.into());
    Ok(KEPT.get_or_init(|| fresh).clone())
}
