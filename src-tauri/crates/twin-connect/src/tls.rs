//! TLS settings. They are made anew for each attempt, so that renewed files are picked up.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use rustls::{
    ClientConfig, RootCertStore, SignatureScheme,
    client::ResolvesClientCert,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    sign::CertifiedKey,
};

use crate::{Authorities, ClientCertificate, Error, Pem, Tls};

/// Settings ready for a handshake.
pub(crate) struct Setup {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) identity: Arc<Identity>,
}

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

/// Reads what `tls` names and makes the settings. Versions 1.2 and 1.3; a provider of its own, so that it does not
/// matter which one the process has installed.
pub(crate) async fn set_up(tls: &Tls) -> Result<Setup, Error> {
    let provider = Arc::new(default_provider());
    let roots = match &tls.authorities {
        Authorities::System => system_authorities()?,
        Authorities::Pem(pem) => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(certificates(pem, "CA file").await?);
            if roots.is_empty() {
                return Err(missing("CA file", pem, "usable certificate"));
            }
            Arc::new(roots)
        }
    };
    let key = match &tls.client {
        Some(client) => Some(Arc::new(certified_key(client, &provider).await?)),
        None => None,
    };
    let identity = Arc::new(Identity {
        key,
        asked: AtomicBool::new(false),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Tls {
            detail: error.to_string(),
        })?
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::clone(&identity) as Arc<dyn ResolvesClientCert>);
    Ok(Setup {
        config: Arc::new(config),
        identity,
    })
}

/// The name that the broker's certificate must be valid for.
pub(crate) fn server_name(host: &str) -> Result<ServerName<'static>, Error> {
    ServerName::try_from(host.to_owned()).map_err(|_| Error::ServerName { host: host.into() })
}

async fn certified_key(
    client: &ClientCertificate,
    provider: &rustls::crypto::CryptoProvider,
) -> Result<CertifiedKey, Error> {
    let chain = certificates(&client.certificate, "client certificate").await?;
    let text = read(&client.key, "client key").await?;
    let key = PrivateKeyDer::from_pem_slice(&text)
        .map_err(|_| missing("client key", &client.key, "usable private key"))?;
    CertifiedKey::from_der(chain, key, provider).map_err(|error| Error::ClientKey {
        detail: error.to_string(),
    })
}

async fn certificates(
    pem: &Pem,
    what: &'static str,
) -> Result<Vec<CertificateDer<'static>>, Error> {
    let text = read(pem, what).await?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(missing(what, pem, "usable certificate")),
    }
}

async fn read(pem: &Pem, what: &'static str) -> Result<Arc<[u8]>, Error> {
    match pem {
        Pem::Bytes(bytes) => Ok(Arc::clone(bytes)),
        Pem::Path(path) => match tokio::fs::read(path).await {
            Ok(bytes) => Ok(bytes.into()),
            Err(source) => Err(Error::File {
                what,
                path: path.clone(),
                source,
            }),
        },
    }
}

fn missing(what: &'static str, pem: &Pem, block: &'static str) -> Error {
    let origin = match pem {
        Pem::Bytes(_) => "given as text".into(),
        Pem::Path(path) => path.display().to_string(),
    };
    Error::Pem {
        what,
        origin,
        block,
    }
}

/// The system's authorities, read once: some hundred small files, tens of milliseconds. A failure is not kept.
fn system_authorities() -> Result<Arc<RootCertStore>, Error> {
    static KEPT: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    if let Some(roots) = KEPT.get() {
        return Ok(Arc::clone(roots));
    }
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let detail = found
            .errors
            .first()
            .map_or_else(|| "the store is empty".into(), ToString::to_string);
        return Err(Error::NoSystemAuthorities { detail });
    }
    Ok(Arc::clone(KEPT.get_or_init(|| Arc::new(roots))))
}
