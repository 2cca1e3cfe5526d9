//! The exam CA: makes its own certificate and those of servers, check-in stations and receipt keys.
//!
//! | certificate | key usage | extended key usage | name |
//! |---|---|---|---|
//! | CA | certificate and CRL signing, path length 0 | | CN = name of the exam authority |
//! | server | digital signature | serverAuth | DNS names and IP addresses |
//! | station | digital signature | clientAuth | CN = station name, URI `urn:truong-thi:station:<32 hex>` |
//! | receipt signer | digital signature | documentSigning (RFC 9336) | URI `urn:truong-thi:receipt-signer` |
//!
//! All keys are P-256. New keys and serial numbers come from ring's operating-system generator, because the certificate
//! writer takes no other. Writes no files and checks nothing: checks are in [`crate::x509`].

use crate::error::{Error, Kind, Result};
use crate::signing::SigningKey;
use crate::time::Validity;
use core::fmt;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PublicKeyData, SanType, SerialNumber,
};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// What stands before a station's id in its certificate.
pub const STATION_URI_PREFIX: &str = "urn:truong-thi:station:";
/// What a receipt signer's certificate is named.
pub const RECEIPT_SIGNER_URI: &str = "urn:truong-thi:receipt-signer";
/// Extended key usage documentSigning (RFC 9336, section 3.1).
const DOCUMENT_SIGNING: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 36];

/// The exam CA with its private key. Its `Debug` shows no key.
pub struct ExamAuthority {
    certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl fmt::Debug for ExamAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExamAuthority(secret)")
    }
}

/// A certificate with its new private key.
#[derive(Clone)]
pub struct Issued {
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// Its private key, PKCS #8 PEM; wiped when dropped.
    pub key_pem: Zeroizing<String>,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("certificate_pem", &self.certificate_pem)
            .finish_non_exhaustive()
    }
}

impl ExamAuthority {
    /// A new CA with a fresh key; `name` is its common name.
    ///
    /// # Errors
    /// [`Kind::Argument`] for an empty name or impossible times, [`Kind::Randomness`].
    pub fn create(name: &str, validity: Validity) -> Result<Self> {
        let mut params = params(name, validity)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = fresh_key()?;
        let certificate = params.self_signed(&key).map_err(|_| refused())?;
        Ok(Self {
            certificate_pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        })
    }

    /// The CA from its two files.
    ///
    /// # Errors
    /// [`Kind::Malformed`] for an unreadable certificate, [`Kind::Key`] when the key is unreadable or belongs to
    /// another certificate, [`Kind::WrongPurpose`] when the certificate is not a CA's.
    pub fn from_pem(certificate_pem: &str, key_pem: &str) -> Result<Self> {
        let key = SigningKey::from_pkcs8_pem(key_pem)?;
        let der = crate::x509::der_from_pem(certificate_pem)?;
        if crate::x509::authority_key(&der)? != key.public_key() {
            return Err(Error::new(Kind::Key, "exam CA key"));
        }
        let issuer = Issuer::from_ca_cert_pem(certificate_pem, key.certifiable());
        let issuer = issuer.map_err(|_| Error::new(Kind::Malformed, "exam CA certificate"))?;
        Ok(Self {
            certificate_pem: certificate_pem.to_owned(),
            issuer,
        })
    }

    /// The CA's certificate, PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The CA's private key, PKCS #8 PEM. It belongs on a medium that is locked away.
    pub fn key_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.issuer.key().serialize_pem())
    }

    /// A server's certificate and key for these DNS names and IP addresses; the first one is the common name too.
    ///
    /// # Errors
    /// [`Kind::Argument`] without a name or with an impossible one, [`Kind::Randomness`].
    pub fn issue_server(&self, hostnames: &[String], validity: Validity) -> Result<Issued> {
        let first = hostnames
            .first()
            .ok_or(Error::new(Kind::Argument, "server name"))?;
        let mut params = params(first, validity)?;
        let names = CertificateParams::new(hostnames.to_vec());
        let names = names.map_err(|_| Error::new(Kind::Argument, "server name"))?;
        params.subject_alt_names = names.subject_alt_names;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.issue_fresh(params)
    }

    /// A check-in station's certificate and key. `id_hex` is the station's id, 32 lower-case hex digits.
    ///
    /// # Errors
    /// [`Kind::Argument`] for another id or an empty name, [`Kind::Randomness`].
    pub fn issue_station(&self, id_hex: &str, name: &str, validity: Validity) -> Result<Issued> {
        if !crate::x509::is_station_id(id_hex) {
            return Err(Error::new(Kind::Argument, "station id"));
        }
        let mut params = params(name, validity)?;
        params.subject_alt_names = vec![uri(&format!("{STATION_URI_PREFIX}{id_hex}"))?];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.issue_fresh(params)
    }

    /// A certificate (PEM) for the key that signs seat certificates and receipts.
    ///
    /// # Errors
    /// [`Kind::Argument`] for impossible times, [`Kind::Randomness`].
    pub fn issue_receipt_signer(&self, key: &SigningKey, validity: Validity) -> Result<String> {
        let mut params = params("Receipt signer", validity)?;
        params.subject_alt_names = vec![uri(RECEIPT_SIGNER_URI)?];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(DOCUMENT_SIGNING.to_vec())];
        self.issue(params, &key.certifiable())
    }

    fn issue_fresh(&self, params: CertificateParams) -> Result<Issued> {
        let key = fresh_key()?;
        let certificate_pem = self.issue(params, &key)?;
        Ok(Issued {
            certificate_pem,
            key_pem: Zeroizing::new(key.serialize_pem()),
        })
    }

    fn issue(&self, mut params: CertificateParams, key: &impl PublicKeyData) -> Result<String> {
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(key, &self.issuer).map_err(|_| refused())?;
        Ok(certificate.pem())
    }
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

fn uri(text: &str) -> Result<SanType> {
    let text = text
        .try_into()
        .map_err(|_| Error::new(Kind::Argument, "certificate URI"))?;
    Ok(SanType::URI(text))
}

fn refused() -> Error {
    Error::new(Kind::Argument, "certificate")
}
