//! Certificates for machines from the issuing authority whose key lies in the server's folder. The files are read for each
//! issuance, so that a renewed authority counts at once. Reads two kinds of files and nothing else.

use crate::config::Config;
use anyhow::{Context, Result};
use certs::authority::{
    CertificationRequest, Certified, IssuingAuthority, Machine, MachineKind as CertifiedKind, Reason, Revoked,
};
use certs::time::BACKDATED_DAYS;
use certs::{Time, Validity, x509};
use exam_protocol::id::MachineId;
use exam_protocol::machine::MachineKind;
use exam_protocol::time::{Millis, Timestamp};
use std::path::Path;

/// How long a revocation list says that it is good for.
const LIST_LIFE: Millis = Millis::minutes(60);

/// The issuing authority with the root above it.
#[derive(Debug)]
pub struct Authorities {
    issuing: IssuingAuthority,
    root_pem: String,
    root_der: Vec<u8>,
}

fn seconds(at: Timestamp) -> Time {
    Time(at.0.div_euclid(1000))
}

/// The exam CA's root certificate, PEM and DER.
///
/// # Errors
/// Names the file that is missing or broken.
pub fn root(config: &Config) -> Result<(String, Vec<u8>)> {
    let path = &config.http.exam_ca;
    let pem = text(path)?;
    let der = x509::der_from_pem(&pem).with_context(|| format!("{}: not a certificate", path.display()))?;
    Ok((pem, der))
}

impl Authorities {
    /// Reads them and checks that one stands behind the other now.
    ///
    /// # Errors
    /// Names the file that is missing, broken or over.
    pub fn read(config: &Config, now: Timestamp) -> Result<Self> {
        let (root_pem, root_der) = root(config)?;
        let (certificate, key) = (&config.data.issuing_certificate, &config.data.issuing_key);
        let issuing = IssuingAuthority::from_pem(&text(certificate)?, &text(key)?)
            .with_context(|| format!("{}, {}", certificate.display(), key.display()))?;
        let der = x509::der_from_pem(issuing.certificate_pem())?;
        x509::check_issuing(&der, &root_der, seconds(now))
            .with_context(|| format!("{}", certificate.display()))?;
        Ok(Self {
            issuing,
            root_pem,
            root_der,
        })
    }

    /// The root's certificate, PEM.
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// When the issuing authority ends.
    pub fn ends_at(&self) -> Timestamp {
        Timestamp(self.issuing.validity().not_after.0.saturating_mul(1000))
    }

    /// What a long code says of the root.
    pub fn fingerprint(&self) -> String {
        x509::fingerprint_code(&self.root_der)
    }

    /// Certifies a machine's key for so many days, never beyond the authority's own end.
    ///
    /// # Errors
    /// An impossible name, or an authority that is over.
    pub fn certify(
        &self,
        request: &CertificationRequest,
        machine: (MachineKind, MachineId, &str),
        days: u32,
        now: Timestamp,
    ) -> Result<Certified, certs::Error> {
        let (kind, id, name) = machine;
        let kind = match kind {
            MachineKind::Desk => CertifiedKind::Desk,
            MachineKind::Seat => CertifiedKind::Seat,
        };
        let validity = Validity::backdated(seconds(now), BACKDATED_DAYS, days);
        let id_hex = &id.to_string();
        self.issuing
            .certify_machine(request, Machine { kind, id_hex, name }, validity)
    }

    /// The revocation list (DER) as of now. Its number is the time in milliseconds: it only rises.
    ///
    /// # Errors
    /// An impossible serial number or time.
    pub fn revocation_list(&self, revoked: &[(String, Timestamp)], now: Timestamp) -> Result<Vec<u8>> {
        let all: Vec<Revoked> = revoked
            .iter()
            .map(|(serial, at)| Revoked {
                serial: serial.clone(),
                at: seconds(*at),
                reason: Reason::Unspecified,
            })
            .collect();
        let period = Validity {
            not_before: seconds(now),
            not_after: seconds(now + LIST_LIFE),
        };
        let number = u64::try_from(now.0).unwrap_or_default();
        Ok(self.issuing.revocation_list_der(number, period, &all)?)
    }
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{}: can't be read", path.display()))
}
