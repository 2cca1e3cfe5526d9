//! Puts the exam CA, and a seat's certificate, where browsers look for them. Each step is noted in the manifest first; a step
//! that fails is told with its remedy and does not stop the others.

pub mod browsers;
pub mod hosts;
pub mod nss;
pub mod tool;

use super::door::Address;
use super::enrolment::name;
use super::manifest::{Entry, Manifest};
use super::{MachineError, platform};
use certs::x509;
use exam_protocol::machine::MachineKind;
use sha1::{Digest, Sha1};
use std::path::{Path, PathBuf};

/// File of the root where Debian and its kin gather what the administrator trusts.
const SYSTEM_CA: &str = "usr/local/share/ca-certificates/truong-thi-exam-ca.crt";

/// Ends a certificate in a PEM file (RFC 7468).
const END: &str = "-----END CERTIFICATE-----";

/// What is to be put where.
pub struct Installation<'i> {
    /// Root folder of the system: `/`, or any folder for a trial.
    pub root: &'i Path,
    /// The machine's folder.
    pub dir: &'i Path,
    /// What the machine is for.
    pub kind: MachineKind,
    /// The server.
    pub server: &'i Address,
}

/// The certificates of a machine's folder, read once.
pub struct Papers {
    /// The root, PEM.
    pub root_pem: String,
    /// The root, DER.
    pub root_der: Vec<u8>,
    /// The machine's certificate alone, PEM.
    pub machine_pem: String,
    /// The same, DER.
    pub machine_der: Vec<u8>,
    /// The issuing authority's certificate, PEM.
    pub issuing_pem: String,
    /// The same, DER.
    pub issuing_der: Vec<u8>,
    /// Name of the issuing authority, by which browsers choose the certificate.
    pub issuer_name: String,
    /// File of the machine's certificate.
    pub certificate: PathBuf,
    /// File of the machine's key.
    pub key: PathBuf,
}

impl Papers {
    fn read(dir: &Path) -> Result<Self, MachineError> {
        let text =
            |path: &Path| std::fs::read_to_string(path).map_err(|error| MachineError::file(path, error));
        let (root, certificate) = (dir.join(name::CA), dir.join(name::CERTIFICATE));
        let (root_pem, pem) = (text(&root)?, text(&certificate)?);
        let root_der = x509::der_from_pem(&root_pem).map_err(|error| MachineError::file(&root, error))?;
        let wrong = |error: certs::Error| MachineError::file(&certificate, error);
        // Leaf first, then its issuer: as enrolment checked it.
        let (machine_pem, issuing_pem) = pem
            .split_once(END)
            .map(|(leaf, rest)| (format!("{leaf}{END}\n"), rest.trim_start().to_owned()))
            .unwrap_or_default();
        let machine_der = x509::der_from_pem(&machine_pem).map_err(wrong)?;
        let issuing_der = x509::der_from_pem(&issuing_pem).map_err(wrong)?;
        Ok(Self {
            root_pem,
            root_der,
            issuer_name: x509::common_name(&issuing_der).map_err(wrong)?,
            machine_pem,
            machine_der,
            issuing_pem,
            issuing_der,
            key: dir.join(name::KEY),
            certificate,
        })
    }

    /// What the root is called in a store.
    pub fn root_nickname(&self) -> String {
        format!("Truong Thi exam CA {}", x509::fingerprint_code(&self.root_der))
    }

    /// What the issuing authority is called in a store.
    pub fn issuing_nickname(&self) -> String {
        format!(
            "Truong Thi issuing CA {}",
            x509::fingerprint_code(&self.issuing_der)
        )
    }

    /// What the machine's certificate is called in a store.
    pub fn machine_nickname(&self) -> String {
        format!("Truong Thi machine {}", x509::fingerprint_code(&self.machine_der))
    }
}

impl Installation<'_> {
    /// Installs everything. Gives the number of steps that failed; each was told.
    ///
    /// # Errors
    /// When the machine's folder can't be read; nothing was done then.
    pub fn install(
        &self,
        manifest: &mut Manifest,
        tell: &mut dyn FnMut(String),
    ) -> Result<usize, MachineError> {
        let papers = Papers::read(self.dir)?;
        let mut failed = 0;
        let mut note = |done: Result<String, MachineError>| match done {
            Ok(done) => tell(format!("✓ {done}")),
            Err(error) => {
                failed += 1;
                tell(format!("✗ {error}"));
            }
        };
        if self.server.at.is_some() {
            note(hosts::add(self.root, self.server, manifest));
        }
        if platform::WINDOWS {
            note(self.windows_root(&papers, manifest));
            if self.kind == MachineKind::Seat {
                note(windows_machine(&papers, manifest));
            }
            return Ok(failed);
        }
        note(self.system_root(&papers, manifest));
        for done in browsers::policies(self, &papers, manifest) {
            note(done);
        }
        for user in platform::users(self.root) {
            for database in nss::databases(&user) {
                note(nss::add_root(&user, &database, &papers, manifest));
                if self.kind == MachineKind::Seat {
                    note(nss::add_machine(&user, &database, &papers, manifest));
                }
            }
        }
        Ok(failed)
    }

    fn system_root(&self, papers: &Papers, manifest: &mut Manifest) -> Result<String, MachineError> {
        let path = self.root.join(SYSTEM_CA);
        if std::fs::read_to_string(&path).is_ok_and(|there| there == papers.root_pem) {
            return Ok(format!(
                "CA đã có trong hệ thống / the system has the CA already: {}",
                path.display()
            ));
        }
        put(manifest, &path, papers.root_pem.as_bytes())?;
        if self.root == platform::root() {
            manifest.note(Entry::Gathered)?;
            return Ok(format!("{}; {}", path.display(), platform::gather_certificates()));
        }
        Ok(path.display().to_string())
    }

    fn windows_root(&self, papers: &Papers, manifest: &mut Manifest) -> Result<String, MachineError> {
        manifest.note(in_store("Root", &papers.root_der))?;
        platform::add_to_store("Root", &self.dir.join(name::CA))?;
        Ok("CA kỳ thi vào kho Root / exam CA in the store Root".to_owned())
    }
}

fn windows_machine(papers: &Papers, manifest: &mut Manifest) -> Result<String, MachineError> {
    manifest.note(in_store("My", &papers.machine_der))?;
    platform::add_key_to_store(&papers.certificate)?;
    Ok("chứng thư máy vào kho My / the machine's certificate in the store My".to_owned())
}

fn in_store(store: &str, der: &[u8]) -> Entry {
    Entry::Windows {
        store: store.to_owned(),
        thumbprint: hex::encode(Sha1::digest(der)),
    }
}

/// Writes a file of the system, with the folders it needs.
fn put(manifest: &mut Manifest, path: &Path, bytes: &[u8]) -> Result<(), MachineError> {
    if let Some(folder) = path.parent() {
        manifest.make_folder(folder)?;
    }
    manifest.write(path, bytes)
}
