//! The chip's files as they are read: DG1, DG2 and DG15 (ICAO Doc 9303-10, section 4.7), with limits before anything is
//! looked at.

use super::mrz::{Td1, Td3};
use super::portrait::{self, Portrait};
use crate::error::{Error, Kind, Result};
use crate::public_key::PublicKey;
use crate::tlv::{Element, Reader, Rules, SEQUENCE};

/// Largest DG2 that is accepted (`cccd.md` 8.6): 64 KiB.
pub const MAX_DG2: usize = 64 * 1024;
/// Largest of the other data groups: 8 KiB.
pub const MAX_OTHER: usize = 8 * 1024;

const INTEGER: u32 = 0x02;

/// The machine-readable zone of a card in EF.DG1: `61 { 5F1F zone }`.
///
/// # Errors
/// [`Kind::TooLarge`], [`Kind::Malformed`] (also for documents of another size than TD1).
pub fn machine_readable_zone(dg1: &[u8]) -> Result<Td1> {
    Td1::parse(zone(dg1)?)
}

/// The machine-readable zone of a passport in EF.DG1.
///
/// # Errors
/// [`Kind::TooLarge`], [`Kind::Malformed`] (also for documents of another size than TD3).
pub fn passport_zone(dg1: &[u8]) -> Result<Td3> {
    Td3::parse(zone(dg1)?)
}

fn zone(dg1: &[u8]) -> Result<&[u8]> {
    Ok(file(dg1, "EF.DG1", 0x61, MAX_OTHER)?.only_child(0x5f1f)?.content)
}

/// The first portrait in EF.DG2: `75 { 7F61 { 02 count, 7F60 { A1 header, 5F2E or 7F2E record } … } }`.
///
/// # Errors
/// [`Kind::TooLarge`], [`Kind::Malformed`], [`Kind::NotAllowed`] for an image that is neither JPEG nor JPEG 2000.
pub fn portrait(dg2: &[u8]) -> Result<Portrait> {
    let mut group = file(dg2, "EF.DG2", 0x75, MAX_DG2)?
        .only_child(0x7f61)?
        .children()?;
    group.expect(INTEGER)?;
    let mut template = group.expect(0x7f60)?.children()?;
    template.optional(0xa1)?;
    let record = template.any()?;
    match record.tag {
        0x7f2e if record.content.first() == Some(&portrait::ISO_39794_5) => {
            portrait::from_iso_39794_5(&record)
        }
        0x5f2e | 0x7f2e => portrait::from_iso_19794_5(record.content),
        _ => Err(record.malformed()),
    }
}

/// The active-authentication key in EF.DG15: `6F { SubjectPublicKeyInfo }`.
pub(crate) fn active_authentication_key(dg15: &[u8]) -> Result<PublicKey> {
    let key = file(dg15, "EF.DG15", 0x6f, MAX_OTHER)?.only_child(SEQUENCE)?;
    PublicKey::from_spki(key.raw)
}

pub(super) fn file<'a>(bytes: &'a [u8], place: &'static str, tag: u32, limit: usize) -> Result<Element<'a>> {
    if bytes.len() > limit {
        return Err(Error::new(Kind::TooLarge, place));
    }
    Reader::only(bytes, place, Rules::Ber, tag)
}
