//! The document security object EF.SOD (ICAO Doc 9303-10, section 4.6.2): signed hashes of the chip's files.

use crate::algorithm::Digest;
use crate::cms::{Failure, SignedData, Signer};
use crate::error::{Error, Kind, Result};
use crate::oid;
use crate::tlv::{INTEGER, OCTET_STRING, Reader, Rules, SEQUENCE};

const PLACE: &str = "EF.SOD";
const TAG: u32 = 0x77;
/// A larger file is refused (`cccd.md` 8.6): 16 KiB.
pub const MAX_SECURITY_OBJECT: usize = 16 * 1024;
const DATA_GROUPS: core::ops::RangeInclusive<u32> = 1..=16;

/// Data group number and hash, in the object's order.
type Hashes = Vec<(u8, Vec<u8>)>;

/// A document security object: well formed, its signature not checked.
#[derive(Clone, Debug)]
pub struct SecurityObject<'a> {
    signed: SignedData<'a>,
    digest: Digest,
    hashes: Hashes,
}

impl<'a> SecurityObject<'a> {
    /// Reads EF.SOD (LDS security object version 0 or 1), BER or DER.
    ///
    /// # Errors
    /// [`Kind::TooLarge`], [`Kind::Malformed`], [`Kind::NotAllowed`] for an unknown digest algorithm.
    pub fn parse(sod: &'a [u8]) -> Result<Self> {
        if sod.len() > MAX_SECURITY_OBJECT {
            return Err(Error::new(Kind::TooLarge, PLACE));
        }
        let file = Reader::only(sod, PLACE, Rules::Ber, TAG)?;
        let signed = SignedData::parse(&file.only_child(SEQUENCE)?)?;
        if signed.content_type != oid::LDS_SECURITY_OBJECT {
            return Err(file.malformed());
        }
        let (digest, hashes) = hashes(&signed.content)?;
        Ok(Self {
            signed,
            digest,
            hashes,
        })
    }

    /// The digest of `bytes` by the algorithm that this object's hashes use.
    pub fn digest(&self, bytes: &[u8]) -> Vec<u8> {
        self.digest.of(bytes)
    }

    /// The signed hash of data group `number` (1 to 16), if the object lists it.
    pub fn hash_of(&self, number: u8) -> Option<&[u8]> {
        self.hashes
            .iter()
            .find(|(listed, _)| *listed == number)
            .map(|(_, hash)| hash.as_slice())
    }

    /// The data groups that the object lists, in its order.
    pub fn data_groups(&self) -> impl Iterator<Item = u8> {
        self.hashes.iter().map(|(number, _)| *number)
    }

    /// Checks the signature by the certificate inside. Whether that one can be trusted is another question.
    pub(crate) fn verify_signature(&self) -> core::result::Result<Signer<'a>, Failure> {
        let mut signer = self.signed.verify()?;
        signer.uses_sha1 |= self.digest == Digest::Sha1;
        Ok(signer)
    }
}

/// `LDSSecurityObject`: version, digest algorithm, hash of each data group, and from version 1 on the LDS version.
fn hashes(content: &[u8]) -> Result<(Digest, Hashes)> {
    let object = Reader::only(content, "LDSSecurityObject", Rules::Ber, SEQUENCE)?;
    let mut fields = object.children()?;
    let version = fields.expect(INTEGER)?.small()?;
    let digest = Digest::from_identifier(&fields.expect(SEQUENCE)?)?;
    let mut list = fields.expect(SEQUENCE)?.children()?;
    let version_info = fields.optional(SEQUENCE)?;
    fields.finish()?;
    if version > 1 || (version == 0 && version_info.is_some()) {
        return Err(object.malformed());
    }
    let mut hashes = Hashes::new();
    while !list.is_empty() {
        let entry = list.expect(SEQUENCE)?;
        let mut pair = entry.children()?;
        let number = pair.expect(INTEGER)?.small()?;
        let hash = pair.expect(OCTET_STRING)?.content;
        pair.finish()?;
        let number = u8::try_from(number)
            .ok()
            .filter(|_| DATA_GROUPS.contains(&number));
        let number = number.ok_or_else(|| entry.malformed())?;
        if hash.len() != digest.len() || hashes.iter().any(|(other, _)| *other == number) {
            return Err(entry.malformed());
        }
        hashes.push((number, hash.to_vec()));
    }
    Ok((digest, hashes))
}
