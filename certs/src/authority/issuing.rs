//! An issuing authority: certifies servers, machines and receipt signers, and revokes what it certified. Its key lives on a
//! server, so it lives for a short time only.

use super::profile::{Authority, uri};
use super::request::CertificationRequest;
use super::revocation::Revoked;
use super::{Certified, Issued, Machine, MachineKind, RECEIPT_SIGNER_URI};
use crate::error::{Error, Kind, Result};
use crate::signing::SigningKey;
use crate::time::Validity;
use crate::x509;
use core::fmt;
use rcgen::{CertificateParams, CrlDistributionPoint, ExtendedKeyUsagePurpose};
use zeroize::Zeroizing;

/// Extended key usage documentSigning (RFC 9336, section 3.1).
const DOCUMENT_SIGNING: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 36];

/// An issuing authority with its private key. Its `Debug` shows no key.
pub struct IssuingAuthority(Authority);

impl fmt::Debug for IssuingAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuingAuthority(secret)")
    }
}

impl IssuingAuthority {
    pub(super) fn below(root: &Authority, name: &str, validity: Validity) -> Result<Self> {
        root.subordinate(name, validity, 0).map(Self)
    }

    /// An issuing authority from its two files. Whether a root stands behind it is not looked at:
    /// [`x509::check_issuing`] does.
    ///
    /// # Errors
    /// [`Kind::Malformed`] for an unreadable certificate, [`Kind::Key`] when the key is unreadable or belongs to another
    /// certificate, [`Kind::WrongPurpose`] when the certificate is not a CA's or is a root's.
    pub fn from_pem(certificate_pem: &str, key_pem: &str) -> Result<Self> {
        let key = x509::issuing_key(&x509::der_from_pem(certificate_pem)?)?;
        Authority::from_pem(certificate_pem, key_pem, key).map(Self)
    }

    /// Its certificate, PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.0.certificate_pem
    }

    /// Its private key, PKCS #8 PEM.
    pub fn key_pem(&self) -> Zeroizing<String> {
        self.0.key_pem()
    }

    /// Its time of validity; nothing that it issues outlives it.
    pub fn validity(&self) -> Validity {
        self.0.validity
    }

    /// Its own certificate as the root issued it.
    pub fn certified(&self) -> Certified {
        Certified {
            certificate_pem: self.0.certificate_pem.clone(),
            serial: self.0.serial.clone(),
            validity: self.0.validity,
        }
    }

    /// Serial number of its certificate.
    pub fn serial(&self) -> &str {
        &self.0.serial
    }

    /// A server's certificate and key for these DNS names and IP addresses; the first one is the common name too.
    ///
    /// # Errors
    /// [`Kind::Argument`] without a name or with an impossible one, [`Kind::OutsideValidity`] when this authority ends
    /// before the certificate would begin, [`Kind::Randomness`].
    pub fn issue_server(&self, hostnames: &[String], validity: Validity) -> Result<Issued> {
        self.0.issue_fresh(self.server_params(hostnames, validity)?)
    }

    /// A server's certificate and key that say where this authority's revocation list is to be had (RFC 5280,
    /// section 4.2.1.13).
    ///
    /// # Errors
    /// As [`Self::issue_server`].
    pub fn issue_listed_server(
        &self,
        hostnames: &[String],
        revocation_list: &str,
        validity: Validity,
    ) -> Result<Issued> {
        let mut params = self.server_params(hostnames, validity)?;
        let uris = vec![revocation_list.to_owned()];
        params.crl_distribution_points = vec![CrlDistributionPoint { uris }];
        self.0.issue_fresh(params)
    }

    fn server_params(&self, hostnames: &[String], validity: Validity) -> Result<CertificateParams> {
        let first = hostnames
            .first()
            .ok_or(Error::new(Kind::Argument, "server name"))?;
        let mut params = self.0.params(first, validity)?;
        let names = CertificateParams::new(hostnames.to_vec());
        let names = names.map_err(|_| Error::new(Kind::Argument, "server name"))?;
        params.subject_alt_names = names.subject_alt_names;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        Ok(params)
    }

    /// A machine's certificate with a new key.
    ///
    /// # Errors
    /// [`Kind::Argument`] for an impossible id or an empty name, [`Kind::OutsideValidity`] when this authority ends
    /// before the certificate would begin, [`Kind::Randomness`].
    pub fn issue_machine(&self, machine: Machine<'_>, validity: Validity) -> Result<Issued> {
        self.0.issue_fresh(self.machine_params(machine, validity)?)
    }

    /// A desk's certificate with a new key: [`Self::issue_machine`] for the kind [`MachineKind::Desk`].
    ///
    /// # Errors
    /// As [`Self::issue_machine`].
    pub fn issue_station(&self, id_hex: &str, name: &str, validity: Validity) -> Result<Issued> {
        let kind = MachineKind::Desk;
        self.issue_machine(Machine { kind, id_hex, name }, validity)
    }

    /// Certifies the key of a machine's request. Every name in the certificate comes from `machine`, none from the request.
    ///
    /// # Errors
    /// As [`Self::issue_machine`].
    pub fn certify_machine(
        &self,
        request: &CertificationRequest,
        machine: Machine<'_>,
        validity: Validity,
    ) -> Result<Certified> {
        self.0
            .issue(self.machine_params(machine, validity)?, request.key())
    }

    /// A certificate for the key that signs seat certificates and receipts.
    ///
    /// # Errors
    /// [`Kind::Argument`] for impossible times, [`Kind::OutsideValidity`], [`Kind::Randomness`].
    pub fn issue_receipt_signer(&self, key: &SigningKey, validity: Validity) -> Result<Certified> {
        let mut params = self.0.params("Receipt signer", validity)?;
        params.subject_alt_names = vec![uri(RECEIPT_SIGNER_URI)?];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(DOCUMENT_SIGNING.to_vec())];
        self.0.issue(params, &key.certifiable())
    }

    /// A certificate revocation list (RFC 5280, section 5) of what this authority issued, PEM. `period` runs from this
    /// update to the next one; `number` must be greater than that of the list before.
    ///
    /// # Errors
    /// [`Kind::Argument`] for an impossible serial number or time.
    pub fn revocation_list(&self, number: u64, period: Validity, revoked: &[Revoked]) -> Result<String> {
        self.0.revocation_list(number, period, revoked)
    }

    /// As [`Self::revocation_list`], DER: what is served under a distribution point (RFC 2585).
    ///
    /// # Errors
    /// [`Kind::Argument`] for an impossible serial number or time.
    pub fn revocation_list_der(&self, number: u64, period: Validity, revoked: &[Revoked]) -> Result<Vec<u8>> {
        self.0.revocation_list_der(number, period, revoked)
    }

    fn machine_params(&self, machine: Machine<'_>, validity: Validity) -> Result<CertificateParams> {
        if !x509::is_machine_id(machine.id_hex) {
            return Err(Error::new(Kind::Argument, "machine id"));
        }
        let mut params = self.0.params(machine.name, validity)?;
        let name = format!("{}{}", machine.kind.uri_prefix(), machine.id_hex);
        params.subject_alt_names = vec![uri(&name)?];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        Ok(params)
    }
}
