//! Trust anchors: the country signing certificates (CSCA, ICAO Doc 9303-12) that someone decided to trust, their
//! revocation lists, and what they say about a document signer.

mod condition;
mod country;
mod description;
mod master_list;
mod path;
mod revocation;

pub use description::{Anchor, NotAState, Role};
pub use master_list::{MAX_MASTER_LIST, MasterListImport, RefusedCertificate};

use super::reason;
use super::{Finding, Verdict};
use crate::certificate::{Certificate, NormalName, PLACE};
use crate::cms::Signer;
use crate::error::{Error, Kind, Result};
use crate::time::Time;
use condition::Conditions;
use path::Issuers;
use revocation::{Revocation, RevocationList};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};
use std::sync::OnceLock;

/// Bit of the key usage extension (RFC 5280, section 4.2.1.3).
const KEY_CERT_SIGN: usize = 5;
const REVOCATION_LIST_LABEL: &[u8] = b"-----BEGIN X509 CRL-----";

/// The installed trust anchors with the revocation lists of their countries.
///
/// A self-signed certificate is a root. A link certificate, by which an old key of a country vouches for its next one, may
/// be installed beside it; alone it vouches for nobody.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors {
    installed: Vec<Installed>,
    lists: Vec<RevocationList>,
}

/// A country signer's certificate, with what it is found by.
#[derive(Clone, Debug)]
struct Installed {
    der: Vec<u8>,
    subject: NormalName,
    key_id: Option<Vec<u8>>,
    /// Whether it vouches for itself, once that was looked at.
    root: OnceLock<bool>,
}

/// What [`TrustAnchors::add_file`] found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// So many certificates, new or there already.
    Certificates(usize),
    /// A revocation list.
    RevocationList,
    /// A master list.
    MasterList(MasterListImport),
}

/// What the anchors say about a signer.
#[derive(Clone, Debug)]
pub(super) struct Assessment {
    pub(super) finding: Finding,
    /// Codes of [`reason::TABLE`] that weaken a valid finding without changing it.
    pub(super) remarks: Vec<&'static str>,
}

impl Assessment {
    pub(super) fn not_checked() -> Self {
        Self {
            finding: Finding::unknown(reason::NOT_CHECKED),
            remarks: Vec::new(),
        }
    }
}

impl TrustAnchors {
    /// None at all: the normal state until the ministry hands its certificate over.
    pub fn empty() -> Self {
        Self::default()
    }

    /// How many anchors there are.
    pub fn len(&self) -> usize {
        self.installed.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.installed.is_empty()
    }

    /// How many revocation lists there are.
    pub fn revocation_lists(&self) -> usize {
        self.lists.len()
    }

    /// Adds the certificates of a file: PEM with one or more, or DER with one. All or none; what is there already is
    /// not added again. Gives the number of certificates in the file.
    ///
    /// # Errors
    /// [`Kind::Malformed`]; [`Kind::WrongPurpose`] for a certificate that is no CA's; [`Kind::NotAllowed`] for a key on
    /// another curve; [`Kind::Key`] for RSA below 2048 bits.
    pub fn add_pem_or_der(&mut self, file: &[u8]) -> Result<usize> {
        let certificates = certificates(file)?;
        let installed: Result<Vec<_>> = certificates.into_iter().map(Installed::read).collect();
        let installed = installed?;
        let count = installed.len();
        for certificate in installed {
            if !self.contains(&certificate.der) {
                self.installed.push(certificate);
            }
        }
        Ok(count)
    }

    /// Adds a revocation list, PEM or DER. A country signer that is installed before, and leads to an installed root, must
    /// have signed it.
    ///
    /// # Errors
    /// [`Kind::Malformed`], [`Kind::TooLarge`]; [`Kind::NotAllowed`] for a list of changes only or an algorithm outside the
    /// allow-list; [`Kind::NotAuthentic`] when no installed country signer signed it.
    pub fn add_revocation_list(&mut self, file: &[u8]) -> Result<()> {
        let malformed = |_| Error::new(Kind::Malformed, "certificate revocation list PEM");
        let list = if is_pem(file) {
            let der = CertificateRevocationListDer::from_pem_slice(file).map_err(malformed)?;
            RevocationList::read(&der, &self.installed)?
        } else {
            RevocationList::read(file, &self.installed)?
        };
        self.lists.push(list);
        Ok(())
    }

    /// Adds the certificates of a CSCA master list (ICAO Doc 9303-12, section 8), DER. Its signer must be one of an installed
    /// country's, valid when it signed or, where it did not write that down, at `at`. Certificates that can't be used are
    /// left out and named in the result.
    ///
    /// # Errors
    /// [`Kind::Malformed`], [`Kind::TooLarge`]; [`Kind::NotAuthentic`] when the signature is wrong or no installed country
    /// signer issued the signer's certificate; [`Kind::WrongPurpose`], [`Kind::OutsideValidity`] of the signer.
    pub fn add_master_list(&mut self, file: &[u8], at: Time) -> Result<MasterListImport> {
        let opened = master_list::open(file, &self.installed, at)?;
        let mut import = MasterListImport {
            added: 0,
            known: 0,
            refused: opened.refused,
        };
        for certificate in opened.usable {
            if self.contains(&certificate.der) {
                import.known += 1;
            } else {
                import.added += 1;
                self.installed.push(certificate);
            }
        }
        Ok(import)
    }

    /// Adds a file of any of these kinds, found out by its content: certificates (PEM or DER), a revocation list (PEM or
    /// DER), a master list (DER).
    ///
    /// # Errors
    /// As [`Self::add_pem_or_der`], [`Self::add_revocation_list`] and [`Self::add_master_list`].
    pub fn add_file(&mut self, file: &[u8], at: Time) -> Result<Addition> {
        if file
            .windows(REVOCATION_LIST_LABEL.len())
            .any(|part| part == REVOCATION_LIST_LABEL)
        {
            return self.add_revocation_list(file).map(|()| Addition::RevocationList);
        }
        if !is_pem(file) && master_list::looks_like_one(file) {
            return self.add_master_list(file, at).map(Addition::MasterList);
        }
        if !is_pem(file) && revocation::looks_like_one(file) {
            return self.add_revocation_list(file).map(|()| Addition::RevocationList);
        }
        self.add_pem_or_der(file).map(Addition::Certificates)
    }

    /// Every anchor, with what it can do.
    pub fn anchors(&self) -> Vec<Anchor> {
        let describe = |anchor| description::describe(&self.installed, anchor);
        self.installed.iter().filter_map(describe).collect()
    }

    fn contains(&self, der: &[u8]) -> bool {
        self.installed.iter().any(|other| other.der == der)
    }

    /// Whether an anchor issued the signer's certificate, and whether both may be relied on at `at` for a document of this
    /// state (three letters of the machine-readable zone).
    pub(super) fn judge(&self, signer: &Signer<'_>, state: Option<&str>, at: Time) -> Assessment {
        let finding = if self.is_empty() {
            Finding::unknown(reason::NO_TRUST_ANCHOR)
        } else {
            match path::issuers(&self.installed, &signer.certificate) {
                Issuers::NotInstalled => Finding::unknown(reason::ISSUER_NOT_AMONG_ANCHORS),
                Issuers::Pretended => Finding::invalid(reason::SIGNER_NOT_ISSUED_BY_ANCHOR),
                Issuers::Found(paths) => {
                    let lists = &self.lists;
                    let conditions = Conditions {
                        signer,
                        state,
                        lists,
                        at,
                    };
                    best(paths.iter().map(|path| conditions.judge(path)))
                }
            }
        };
        let remarks = if finding.verdict == Verdict::Valid {
            self.remarks(signer, at)
        } else {
            Vec::new()
        };
        Assessment { finding, remarks }
    }

    fn remarks(&self, signer: &Signer<'_>, at: Time) -> Vec<&'static str> {
        let no_list = revocation::check(&self.lists, &signer.certificate, at) == Revocation::NoList;
        let remarks = [
            (signer.signing_time.is_none(), reason::SIGNING_TIME_UNKNOWN),
            (no_list, reason::NO_REVOCATION_LIST),
        ];
        remarks
            .into_iter()
            .filter_map(|(holds, reason)| holds.then_some(reason))
            .collect()
    }
}

/// The best of the findings: a country may have several certificates for one key. Without a path to a root the issuer is
/// as good as not installed.
fn best(findings: impl Iterator<Item = Finding>) -> Finding {
    let rank = |finding: &Finding| match finding.verdict {
        Verdict::Valid => 0,
        Verdict::Unknown => 1,
        Verdict::Invalid | Verdict::NotPresent => 2,
    };
    let none = Finding::unknown(reason::ISSUER_NOT_AMONG_ANCHORS);
    findings.min_by_key(rank).unwrap_or(none)
}

impl Installed {
    fn read(der: Vec<u8>) -> Result<Self> {
        let certificate = Certificate::parse(&der)?;
        if !certificate.is_ca() || !certificate.allows_usage(KEY_CERT_SIGN) {
            return Err(Error::new(Kind::WrongPurpose, PLACE));
        }
        if !certificate.public_key()?.is_strong() {
            return Err(Error::new(Kind::Key, PLACE));
        }
        let subject = NormalName::of(certificate.subject);
        let key_id = certificate.subject_key_id().map(<[u8]>::to_vec);
        Ok(Self {
            der,
            subject,
            key_id,
            root: OnceLock::new(),
        })
    }
}

fn is_pem(file: &[u8]) -> bool {
    file.windows(10).any(|window| window == b"-----BEGIN")
}

fn certificates(file: &[u8]) -> Result<Vec<Vec<u8>>> {
    if !is_pem(file) {
        return Ok(vec![file.to_vec()]);
    }
    let malformed = Error::new(Kind::Malformed, "certificate PEM");
    let certificates: core::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(file).collect();
    let certificates = certificates.map_err(|_| malformed)?;
    if certificates.is_empty() {
        return Err(malformed);
    }
    Ok(certificates.into_iter().map(|der| der.to_vec()).collect())
}
