//! What root and issuing authorities share: a certificate with its key, the common fields, and signing. Decides nothing
//! about who may get what.

use super::revocation::{Revoked, list, signed};
use super::{Certified, Issued};
use crate::error::{Error, Kind, Result};
use crate::signing::SigningKey;
use crate::time::Validity;
use crate::x509;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PublicKeyData, SanType, SerialNumber,
};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// A CA's certificate with its private key.
pub(super) struct Authority {
    pub(super) certificate_pem: String,
    /// Serial number of its certificate.
    pub(super) serial: String,
    /// Its own time of validity.
    pub(super) validity: Validity,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new self-signed CA.
    pub(super) fn self_signed(name: &str, validity: Validity, path_length: u8) -> Result<Self> {
        let params = authority_params(name, validity, path_length)?;
        let key = fresh_key()?;
        let certificate = params.self_signed(&key).map_err(|_| refused())?;
        Ok(Self {
            certificate_pem: certificate.pem(),
            serial: x509::serial(certificate.der())?,
            validity,
            issuer: Issuer::new(params, key),
        })
    }

    /// A new CA below this one.
    pub(super) fn subordinate(&self, name: &str, validity: Validity, path_length: u8) -> Result<Self> {
        if x509::common_name(&x509::der_from_pem(&self.certificate_pem)?)? == name {
            // Chains are built by name: two authorities of one name lead astray.
            return Err(Error::new(Kind::Argument, "certificate name"));
        }
        let validity = self.clip(validity)?;
        let mut params = authority_params(name, validity, path_length)?;
        params.use_authority_key_identifier_extension = true;
        let key = fresh_key()?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(|_| refused())?;
        Ok(Self {
            certificate_pem: certificate.pem(),
            serial: x509::serial(certificate.der())?,
            validity,
            issuer: Issuer::new(params, key),
        })
    }

    /// A CA from its two files, after `x509` has judged the certificate and given its public key.
    pub(super) fn from_pem(certificate_pem: &str, key_pem: &str, public_key: [u8; 65]) -> Result<Self> {
        let key = SigningKey::from_pkcs8_pem(key_pem)?;
        if public_key != key.public_key() {
            return Err(Error::new(Kind::Key, "exam CA key"));
        }
        let der = x509::der_from_pem(certificate_pem)?;
        let issuer = Issuer::from_ca_cert_pem(certificate_pem, key.certifiable());
        let issuer = issuer.map_err(|_| Error::new(Kind::Malformed, "exam CA certificate"))?;
        Ok(Self {
            certificate_pem: certificate_pem.to_owned(),
            serial: x509::serial(&der)?,
            validity: x509::validity(&der)?,
            issuer,
        })
    }

    pub(super) fn key_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.issuer.key().serialize_pem())
    }

    /// Issues for a new key.
    pub(super) fn issue_fresh(&self, params: CertificateParams) -> Result<Issued> {
        let key = fresh_key()?;
        let certified = self.issue(params, &key)?;
        Ok(Issued {
            certified,
            key_pem: Zeroizing::new(key.serialize_pem()),
        })
    }

    /// Issues a leaf's certificate for a key.
    pub(super) fn issue(&self, mut params: CertificateParams, key: &impl PublicKeyData) -> Result<Certified> {
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(key, &self.issuer).map_err(|_| refused())?;
        let der = certificate.der();
        Ok(Certified {
            certificate_pem: format!("{}{}", certificate.pem(), self.certificate_pem),
            serial: x509::serial(der)?,
            validity: x509::validity(der)?,
        })
    }

    /// The common fields of a certificate that this CA issues; it ends with the CA at the latest.
    pub(super) fn params(&self, common_name: &str, validity: Validity) -> Result<CertificateParams> {
        params(common_name, self.clip(validity)?)
    }

    pub(super) fn revocation_list(&self, number: u64, period: Validity, all: &[Revoked]) -> Result<String> {
        list(&self.issuer, number, period, all)
    }

    pub(super) fn revocation_list_der(
        &self,
        number: u64,
        period: Validity,
        all: &[Revoked],
    ) -> Result<Vec<u8>> {
        Ok(signed(&self.issuer, number, period, all)?.der().to_vec())
    }

    fn clip(&self, validity: Validity) -> Result<Validity> {
        let not_after = validity.not_after.min(self.validity.not_after);
        if not_after < validity.not_before {
            return Err(Error::new(Kind::OutsideValidity, "exam CA certificate"));
        }
        Ok(Validity {
            not_before: validity.not_before,
            not_after,
        })
    }
}

pub(super) fn uri(text: &str) -> Result<SanType> {
    let text = text
        .try_into()
        .map_err(|_| Error::new(Kind::Argument, "certificate URI"))?;
    Ok(SanType::URI(text))
}

fn authority_params(name: &str, validity: Validity, path_length: u8) -> Result<CertificateParams> {
    let mut params = params(name, validity)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(path_length));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn params(common_name: &str, validity: Validity) -> Result<CertificateParams> {
    // X.520: a common name has 1 to 64 characters.
    if common_name.trim().is_empty() || common_name.chars().count() > 64 {
        return Err(Error::new(Kind::Argument, "certificate name"));
    }
    if validity.not_after < validity.not_before {
        return Err(Error::new(Kind::Argument, "certificate validity"));
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = validity.not_before.to_offset_date_time()?;
    params.not_after = validity.not_after.to_offset_date_time()?;
    params.serial_number = Some(serial_number()?);
    Ok(params)
}

/// 126 random bits under a leading one, so that the number is positive and of full length (RFC 5280, 4.1.2.2).
fn serial_number() -> Result<SerialNumber> {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::new(Kind::Randomness, "serial number"))?;
    bytes[0] = (bytes[0] & 0x3f) | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

fn fresh_key() -> Result<KeyPair> {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)
        .map_err(|_| Error::new(Kind::Randomness, "private key"))
}

fn refused() -> Error {
    Error::new(Kind::Argument, "certificate")
}
