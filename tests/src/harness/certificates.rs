//! Certificates made for one test.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use twin_app::clock;

/// A certificate authority that lives in a folder.
#[derive(Debug)]
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    dir: PathBuf,
    /// Its certificate.
    pub ca_file: PathBuf,
}

/// A certificate and its key.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Certificate, PEM.
    pub certificate: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
}

impl Authority {
    /// A new authority called `name`.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn new(dir: &Path, name: &str) -> Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let ca_file = dir.join(format!("{name}.pem"));
        std::fs::write(&ca_file, issuer.pem())?;
        Ok(Authority {
            issuer,
            dir: dir.to_owned(),
            ca_file,
        })
    }

    /// A server certificate for `host`.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn server(&self, host: &str) -> Result<Identity> {
        self.issue(
            host,
            vec![host.to_owned()],
            ExtendedKeyUsagePurpose::ServerAuth,
            None,
        )
    }

    /// A server certificate for `host` that ends so long from now.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn server_for(&self, host: &str, lasts: Duration) -> Result<Identity> {
        let end = Duration::from_millis(u64::try_from(clock::now().millis())?) + lasts;
        self.issue(
            &format!("{host}-{}", end.as_secs()),
            vec![host.to_owned()],
            ExtendedKeyUsagePurpose::ServerAuth,
            Some(end),
        )
    }

    /// A client certificate.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn client(&self, name: &str) -> Result<Identity> {
        self.issue(name, vec![], ExtendedKeyUsagePurpose::ClientAuth, None)
    }

    fn issue(
        &self,
        name: &str,
        hosts: Vec<String>,
        usage: ExtendedKeyUsagePurpose,
        end: Option<Duration>,
    ) -> Result<Identity> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(hosts)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![usage];
        if let Some(end) = end {
            params.not_after = rcgen::date_time_ymd(1970, 1, 1) + end;
        }
        let certificate = params.signed_by(&key, &self.issuer)?;
        let identity = Identity {
            certificate: self.dir.join(format!("{name}.crt.pem")),
            key: self.dir.join(format!("{name}.key.pem")),
        };
        std::fs::write(&identity.certificate, certificate.pem())?;
        std::fs::write(&identity.key, key.serialize_pem())?;
        Ok(identity)
    }
}
