//! Country signing authority and document signers: X.509 as ICAO Doc 9303 part 12, table 5 asks for.
//!
//! Owns names, keys, serial numbers and validity. Must not know what is signed: that is `security_object`.

use std::{str::FromStr, time::Duration};

use anyhow::{Context, Result};
use der::{Decode, Encode, EncodePem, asn1::OctetString, pem::LineEnding};
use p256::ecdsa::signature::Signer;
use rsa::{pkcs8::EncodePublicKey as _, signature::SignatureEncoding};
use sha1::{Digest, Sha1};
use spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::{
    Certificate, TbsCertificate,
    builder::{self, Builder, CertificateBuilder, profile::BuilderProfile},
    ext::{
        Extension, ToExtension,
        pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier},
    },
    name::Name,
    serial_number::SerialNumber,
    time::Time,
};

use super::fixture_keys::{DOCUMENT_SIGNER_KEY, WEAK_SIGNER_KEY, rsa_key};
use crate::dice::Dice;
use crate::tlv::{group, integer, oid, tlv};

const YEAR: u64 = 365 * 24 * 3600;
const DAY: Duration = Duration::from_hours(24);
/// ecdsa-with-SHA384, 1.2.840.10045.4.3.3.
const ECDSA_SHA384: &str = "2a8648ce3d040303";
/// 2021-01-01 00:00 UTC, when the first chip cards were issued; in seconds since 1970.
const FIRST_DAY: u64 = 1_609_459_200;

/// A country signing authority (CSCA): ECDSA on P-384 with SHA-384, self-signed.
pub struct Authority {
    seed: u64,
    label: &'static str,
    name: Name,
    key: p384::ecdsa::SigningKey,
    certificate: Certificate,
}

/// What a document signer signs with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignerKind {
    /// ECDSA on P-256 with SHA-256.
    #[default]
    P256,
    /// ECDSA on brainpoolP256r1 with SHA-256.
    Brainpool,
    /// RSA-2048, PKCS#1 version 1.5 with SHA-256.
    Rsa,
    /// RSA-1024: too short.
    Weak,
}

/// What a document signer's certificate is good for, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Validity {
    /// From 2021 to 2036: always, for a test.
    #[default]
    Current,
    /// Over since the end of 2021.
    Expired,
    /// Not before 2090.
    Future,
    /// As the current one, but on the authority's revocation list.
    Revoked,
    /// As the current one, but made for signing certificates.
    WrongUsage,
}

/// A document signer: its certificate and its key.
pub struct DocumentSigner {
    certificate: Certificate,
    key: SignerKey,
}

enum SignerKey {
    P256(p256::ecdsa::SigningKey),
    Brainpool(ecdsa::SigningKey<bp256::BrainpoolP256r1>),
    Rsa(Box<rsa::pkcs1v15::SigningKey<rsa::sha2::Sha256>>),
}

impl Authority {
    pub(super) fn new(seed: u64, label: &'static str, name: &str) -> Result<Self> {
        let key = p384_key(seed, label)?;
        let name = Name::from_str(name).context("name of a test authority")?;
        let public = SubjectPublicKeyInfoOwned::from_key(key.verifying_key())?;
        let profile = Profile {
            issuer: name.clone(),
            subject: name.clone(),
            authority: true,
        };
        let certificate = certify(profile, serial(seed, label)?, years(0, 20)?, public, &key)?;
        Ok(Self {
            seed,
            label,
            name,
            key,
            certificate,
        })
    }

    /// The certificate for `exam-server trust add` and `certs verify-document --trust`.
    ///
    /// # Errors
    ///
    /// The certificate cannot be encoded.
    pub fn certificate_pem(&self) -> Result<String> {
        Ok(self.certificate.to_pem(LineEnding::LF)?)
    }

    /// A certificate of the same name and key that ended with the year 2021.
    ///
    /// # Errors
    ///
    /// The certificate cannot be encoded.
    pub fn expired_certificate_pem(&self) -> Result<String> {
        let public = SubjectPublicKeyInfoOwned::from_key(self.key.verifying_key())?;
        let serial = serial(self.seed, "expired")?;
        let expired = certify(self.profile(), serial, years(0, 1)?, public, &self.key)?;
        Ok(expired.to_pem(LineEnding::LF)?)
    }

    /// The certificate as DER.
    ///
    /// # Errors
    ///
    /// The certificate cannot be encoded.
    pub fn certificate_der(&self) -> Result<Vec<u8>> {
        Ok(self.certificate.to_der()?)
    }

    /// Of its own certificates.
    fn profile(&self) -> Profile {
        Profile {
            issuer: self.name.clone(),
            subject: self.name.clone(),
            authority: true,
        }
    }

    /// Makes a document signer under this authority.
    ///
    /// # Errors
    ///
    /// The fixture key of the RSA signer is damaged.
    pub fn document_signer(&self, kind: SignerKind, validity: Validity) -> Result<DocumentSigner> {
        let purpose = format!("{}/signer/{kind:?}/{validity:?}", self.label);
        let key = SignerKey::new(self.seed, &purpose, kind)?;
        let subject = format!("CN=DS {kind:?} {validity:?},OU=Only for tests,O=Truong Thi,C=VN");
        let profile = Profile {
            issuer: self.name.clone(),
            subject: Name::from_str(&subject)?,
            authority: validity == Validity::WrongUsage,
        };
        let times = match validity {
            Validity::Current | Validity::Revoked | Validity::WrongUsage => years(0, 15)?,
            Validity::Expired => years(0, 1)?,
            Validity::Future => years(70, 10)?,
        };
        let certificate = certify(
            profile,
            serial(self.seed, &purpose)?,
            times,
            key.public()?,
            &self.key,
        )?;
        Ok(DocumentSigner { certificate, key })
    }
}

impl Authority {
    /// The revocation list of this moment, DER (RFC 5280, section 5): names every document signer made as revoked.
    ///
    /// # Errors
    ///
    /// A name or time cannot be encoded.
    pub fn revocation_list(&self, now: std::time::SystemTime) -> Result<Vec<u8>> {
        let algorithm = group(0x30, &[&oid(ECDSA_SHA384)]);
        let at = |moment| -> Result<Vec<u8>> { Ok(Time::try_from(moment)?.to_der()?) };
        let mut revoked = Vec::new();
        for kind in [SignerKind::P256, SignerKind::Brainpool, SignerKind::Rsa] {
            let purpose = format!("{}/signer/{kind:?}/{:?}", self.label, Validity::Revoked);
            let serial = serial(self.seed, &purpose)?.to_der()?;
            revoked.extend(group(0x30, &[&serial, &at(now - DAY)?]));
        }
        // cRLNumber, section 5.2.3: 1.
        let number = group(0x30, &[&oid("551d14"), &tlv(0x04, &integer(1))]);
        let content = group(
            0x30,
            &[
                &integer(1),
                &algorithm,
                &self.name.to_der()?,
                &at(now - DAY)?,
                &at(now + 30 * DAY)?,
                &tlv(0x30, &revoked),
                &tlv(0xA0, &tlv(0x30, &number)),
            ],
        );
        let signature: p384::ecdsa::DerSignature = self.key.try_sign(&content)?;
        let signature = [&[0], signature.as_bytes()].concat();
        Ok(group(0x30, &[&content, &algorithm, &tlv(0x03, &signature)]))
    }
}

impl DocumentSigner {
    /// The certificate as it lies in the security object.
    ///
    /// # Errors
    ///
    /// The certificate cannot be encoded.
    pub fn certificate_der(&self) -> Result<Vec<u8>> {
        Ok(self.certificate.to_der()?)
    }

    /// Issuer name and serial number as DER: CMS's IssuerAndSerialNumber without its outer SEQUENCE.
    pub(super) fn issuer_and_serial(&self) -> Result<Vec<u8>> {
        let tbs = self.certificate.tbs_certificate();
        Ok([tbs.issuer().to_der()?, tbs.serial_number().to_der()?].concat())
    }

    /// Signs; an ECDSA signature is the DER SEQUENCE of r and s.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        Ok(match &self.key {
            SignerKey::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.try_sign(message)?;
                signature.as_bytes().to_vec()
            }
            SignerKey::Brainpool(key) => {
                let signature: bp256::r1::ecdsa::Signature = key.try_sign(message)?;
                signature.to_der().as_bytes().to_vec()
            }
            SignerKey::Rsa(key) => rsa::signature::Signer::try_sign(key.as_ref(), message)?.to_vec(),
        })
    }

    /// Whether the signature algorithm is ECDSA; RSA otherwise.
    pub(super) fn is_ecdsa(&self) -> bool {
        !matches!(self.key, SignerKey::Rsa(_))
    }
}

impl SignerKey {
    fn new(seed: u64, purpose: &str, kind: SignerKind) -> Result<Self> {
        let mut dice = Dice::new(seed, purpose);
        Ok(match kind {
            SignerKind::P256 => Self::P256(p256::ecdsa::SigningKey::from_slice(&dice.block())?),
            SignerKind::Brainpool => {
                let mut bytes = dice.block();
                bytes[0] &= 0x7F; // below the group's order, which begins with A9
                Self::Brainpool(ecdsa::SigningKey::from_slice(&bytes)?)
            }
            SignerKind::Rsa => Self::rsa(DOCUMENT_SIGNER_KEY)?,
            SignerKind::Weak => Self::rsa(WEAK_SIGNER_KEY)?,
        })
    }

    fn rsa(position: usize) -> Result<Self> {
        let key = rsa::pkcs1v15::SigningKey::new(rsa_key(position)?);
        Ok(Self::Rsa(Box::new(key)))
    }

    fn public(&self) -> Result<SubjectPublicKeyInfoOwned> {
        Ok(match self {
            Self::P256(key) => SubjectPublicKeyInfoOwned::from_key(key.verifying_key())?,
            Self::Brainpool(key) => SubjectPublicKeyInfoOwned::from_key(key.verifying_key())?,
            Self::Rsa(key) => {
                let private: &rsa::RsaPrivateKey = key.as_ref().as_ref();
                let der = private.to_public_key().to_public_key_der()?;
                SubjectPublicKeyInfoOwned::from_der(der.as_bytes())?
            }
        })
    }
}

/// What ICAO asks of the two kinds of certificates, as extensions.
struct Profile {
    issuer: Name,
    subject: Name,
    authority: bool,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        public: SubjectPublicKeyInfoRef<'_>,
        issuer_public: SubjectPublicKeyInfoRef<'_>,
        _tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        let own = SubjectKeyIdentifier(OctetString::new(key_identifier(&public))?);
        let issuer = AuthorityKeyIdentifier {
            key_identifier: Some(OctetString::new(key_identifier(&issuer_public))?),
            ..Default::default()
        };
        let usage = if self.authority {
            KeyUsages::KeyCertSign | KeyUsages::CRLSign
        } else {
            KeyUsages::DigitalSignature.into()
        };
        let mut all: Vec<Extension> = vec![
            own.to_extension(&self.subject, &[])?,
            issuer.to_extension(&self.subject, &[])?,
            KeyUsage(usage).to_extension(&self.subject, &[])?,
        ];
        if self.authority {
            let constraints = BasicConstraints {
                ca: true,
                path_len_constraint: Some(0),
            };
            all.push(constraints.to_extension(&self.subject, &[])?);
        }
        Ok(all)
    }
}

fn key_identifier(public: &SubjectPublicKeyInfoRef<'_>) -> Vec<u8> {
    Sha1::digest(public.subject_public_key.raw_bytes()).to_vec()
}

fn certify(
    profile: Profile,
    serial: SerialNumber,
    validity: x509_cert::time::Validity,
    public: SubjectPublicKeyInfoOwned,
    issuer: &p384::ecdsa::SigningKey,
) -> Result<Certificate> {
    let builder = CertificateBuilder::new(profile, serial, validity, public)?;
    Ok(builder.build::<_, p384::ecdsa::DerSignature>(issuer)?)
}

fn p384_key(seed: u64, label: &str) -> Result<p384::ecdsa::SigningKey> {
    let mut bytes = Dice::new(seed, format!("authority/{label}")).bytes(48);
    bytes[0] &= 0x7F; // below the group's order, which begins with FF
    p384::ecdsa::SigningKey::from_slice(&bytes).context("key of a test authority")
}

fn serial(seed: u64, purpose: &str) -> Result<SerialNumber> {
    let mut bytes = Dice::new(seed, format!("serial/{purpose}")).bytes(12);
    bytes[0] = bytes[0] & 0x3F | 0x40; // positive, and never with a leading zero
    Ok(SerialNumber::new(&bytes)?)
}

fn years(from: u64, count: u64) -> Result<x509_cert::time::Validity> {
    let at = |years: u64| {
        let moment = std::time::UNIX_EPOCH + Duration::from_secs(FIRST_DAY + years * YEAR);
        Time::try_from(moment).context("a year of a test certificate")
    };
    Ok(x509_cert::time::Validity::new(at(from)?, at(from + count)?))
}
