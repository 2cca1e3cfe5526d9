//! Enrolment: a key, a request, two connections, and the files of a machine. Judges what the server gave before it is kept.

use super::code::{Code, grouped};
use super::door::{self, Address};
use super::manifest::Manifest;
use super::{MachineError, platform};
use certs::authority::{MachineKind as CertifiedKind, certification_request};
use certs::signing::SigningKey;
use certs::{Kind, Time, x509};
use exam_protocol::machine::{Enrolled, EnrolmentRequest, MachineKind};
use ring::rand::SystemRandom;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};

/// Names of the files in a machine's folder.
pub mod name {
    /// The exam CA's root.
    pub const CA: &str = "exam-ca.pem";
    /// The machine's certificate and that of its issuer.
    pub const CERTIFICATE: &str = "machine.pem";
    /// The machine's private key.
    pub const KEY: &str = "machine.key";
    /// A desk's settings.
    pub const SETTINGS: &str = "station.toml";
}

/// What is asked for.
pub struct Wish<'w> {
    /// The server.
    pub address: &'w Address,
    /// The code.
    pub code: &'w Code,
    /// The exam CA's root, if it was brought along (PEM).
    pub root_pem: Option<&'w str>,
    /// Folder for the files.
    pub out: &'w Path,
    /// Now.
    pub now: Time,
}

/// A machine that has its certificate.
#[derive(Debug)]
pub struct Machine {
    /// What the server said.
    pub enrolled: Enrolled,
    /// What has been written so far.
    pub manifest: Manifest,
}

impl Wish<'_> {
    /// Enrols this PC and writes its files.
    ///
    /// # Errors
    /// [`MachineError`] says what is wrong and what to do. The key stays for the next try, nothing else does.
    pub async fn enrol(&self) -> Result<Machine, MachineError> {
        let certificate = self.out.join(name::CERTIFICATE);
        if certificate.exists() {
            return Err(MachineError::Enrolled(self.out.to_owned()));
        }
        let root_pem = self.root().await?;
        platform::private_folder(self.out).map_err(|error| MachineError::file(self.out, error))?;
        let mut manifest = Manifest::open(self.out)?;
        let key = self.key(&mut manifest)?;
        let host_name = platform::host_name();
        let refused = |error: certs::Error| MachineError::Certificate(error.to_string());
        let request = EnrolmentRequest {
            code: grouped(&self.code.secret),
            request: certification_request(&key, &host_name).map_err(refused)?,
            host_name,
        };
        let enrolled = door::enrol(self.address, &root_pem, &request).await?;
        check(&enrolled, &root_pem, &key, self.now)?;
        manifest.write(&self.out.join(name::CA), root_pem.as_bytes())?;
        if enrolled.kind == MachineKind::Desk {
            let settings = settings(&self.address.url("wss"));
            manifest.write(&self.out.join(name::SETTINGS), settings.as_bytes())?;
        }
        manifest.write(&certificate, enrolled.certificate.as_bytes())?;
        Ok(Machine { enrolled, manifest })
    }

    /// The root to trust: the file's, or the one the server shows if it has the code's fingerprint.
    async fn root(&self) -> Result<String, MachineError> {
        let pem = match (self.root_pem, &self.code.fingerprint) {
            (Some(pem), _) => pem.to_owned(),
            (None, None) => return Err(MachineError::ShortCode),
            (None, Some(_)) => door::unverified_root(self.address).await?,
        };
        let unusable = |error: certs::Error| MachineError::Certificate(unusable_root(error));
        let der = x509::der_from_pem(&pem).map_err(unusable)?;
        let found = x509::fingerprint_code(&der);
        if let Some(expected) = self
            .code
            .fingerprint
            .as_ref()
            .filter(|expected| **expected != found)
        {
            return Err(MachineError::OtherAuthority {
                expected: grouped(expected),
                found: grouped(&found),
            });
        }
        x509::check_root(&der, self.now).map_err(unusable)?;
        Ok(pem)
    }

    /// A new key, or that of an earlier try.
    fn key(&self, manifest: &mut Manifest) -> Result<SigningKey, MachineError> {
        let path = self.out.join(name::KEY);
        if path.exists() {
            let pem = std::fs::read_to_string(&path).map_err(|error| MachineError::file(&path, error))?;
            return SigningKey::from_pkcs8_pem(&pem).map_err(|error| MachineError::file(&path, error));
        }
        let key = SigningKey::generate(&SystemRandom::new());
        let key = key.map_err(|error| MachineError::file(&path, error))?;
        manifest.write_secret(&path, key.to_pkcs8_pem().as_bytes())?;
        Ok(key)
    }
}

fn unusable_root(error: certs::Error) -> String {
    match error.kind() {
        Kind::OutsideValidity => "CA kỳ thi hết hạn hoặc chưa có hiệu lực: kiểm tra ngày giờ của máy này / the exam CA has ended or not begun: \
                                  check this PC's date and time"
            .to_owned(),
        _ => format!(
            "chứng thư CA kỳ thi không dùng được: {error} / the exam CA's certificate cannot be used: {error}"
        ),
    }
}

/// Whether the server gave what was asked for: a certificate of that CA, for that key, with the name it says.
fn check(enrolled: &Enrolled, root_pem: &str, key: &SigningKey, now: Time) -> Result<(), MachineError> {
    let wrong = |what: &str| {
        MachineError::Certificate(format!(
            "máy chủ cấp chứng thư không đúng ({what}); báo người quản trị / the server issued a wrong certificate ({what}); tell the \
             administrator"
        ))
    };
    let bad = |error: certs::Error| wrong(&error.to_string());
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(enrolled.certificate.as_bytes()).collect();
    let chain = chain.map_err(|_| wrong("PEM"))?;
    let [leaf, issuing] = &chain[..] else {
        return Err(wrong("chain"));
    };
    let root = x509::der_from_pem(root_pem).map_err(bad)?;
    x509::check_issuing(issuing, &root, now).map_err(bad)?;
    let identity = x509::machine_identity(leaf).map_err(bad)?;
    let kind = match identity.kind {
        CertifiedKind::Desk => MachineKind::Desk,
        CertifiedKind::Seat => MachineKind::Seat,
    };
    if identity.id_hex != enrolled.machine.to_string() || kind != enrolled.kind {
        return Err(wrong("name"));
    }
    let pem = key.to_pkcs8_pem();
    let private = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| wrong("key"))?;
    CertifiedKey::from_der(chain, private, &rustls::crypto::ring::default_provider())
        .map_err(|error| wrong(&error.to_string()))?;
    Ok(())
}

fn settings(server: &str) -> String {
    format!(
        "# Do checkin-agent enroll tạo / made by checkin-agent enroll. Mẫu có chú giải / explained in: station.example.toml\n\
         # checkin-agent doctor --config station.toml ; checkin-agent run --config station.toml\n\
         server = \"{server}\"\nca = \"{}\"\ncertificate = \"{}\"\nkey = \"{}\"\n",
        name::CA,
        name::CERTIFICATE,
        name::KEY
    )
}

/// The files of a machine's folder that are there, for a person who looks.
pub fn files(out: &Path) -> Vec<PathBuf> {
    [name::CA, name::CERTIFICATE, name::KEY, name::SETTINGS]
        .into_iter()
        .map(|file| out.join(file))
        .filter(|path| path.exists())
        .collect()
}
