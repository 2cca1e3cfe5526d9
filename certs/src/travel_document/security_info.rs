//! The SecurityInfos of EF.DG14 (ICAO Doc 9303-11, section 9.2): what the chip can do and with which keys. Read with a
//! limit; nothing in it counts unless the security object covers the file.

use crate::algorithm::Digest;
use crate::error::Result;
use crate::oid;
use crate::tlv::{Element, OBJECT_IDENTIFIER, Reader, SEQUENCE, SET};

/// More of them in one file are refused.
const MAX_INFOS: usize = 64;

/// The SecurityInfos in EF.DG14.
#[derive(Clone, Debug)]
pub(super) struct SecurityInfos<'a>(Vec<SecurityInfo<'a>>);

/// `SEQUENCE { protocol OBJECT IDENTIFIER, requiredData ANY, optionalData ANY OPTIONAL }`.
#[derive(Clone, Debug)]
pub(super) struct SecurityInfo<'a> {
    pub(super) protocol: &'a [u8],
    pub(super) required: Element<'a>,
    pub(super) optional: Option<Element<'a>>,
}

impl<'a> SecurityInfos<'a> {
    /// `6E { SET { SecurityInfo … } }`.
    pub(super) fn parse(dg14: &'a [u8]) -> Result<Self> {
        let file = super::data_group::file(dg14, "EF.DG14", 0x6e, super::data_group::MAX_OTHER)?;
        let set = file.only_child(SET)?;
        let mut items = set.children()?;
        let mut infos = Vec::new();
        while !items.is_empty() {
            if infos.len() >= MAX_INFOS {
                return Err(set.malformed());
            }
            infos.push(SecurityInfo::read(items.expect(SEQUENCE)?.children()?)?);
        }
        Ok(Self(infos))
    }

    /// The infos of all protocols that begin so.
    pub(super) fn of(&self, protocol: &[u8]) -> impl Iterator<Item = &SecurityInfo<'a>> {
        self.0
            .iter()
            .filter(move |info| info.protocol.starts_with(protocol))
    }

    /// The digest of `ActiveAuthenticationInfo` (9303-11, section 9.2.4), if the chip states one.
    pub(super) fn active_authentication_digest(&self) -> Result<Option<Digest>> {
        let Some(info) = self.of(oid::ACTIVE_AUTHENTICATION).next() else {
            return Ok(None);
        };
        let algorithm = info.optional.filter(|element| element.tag == OBJECT_IDENTIFIER);
        let algorithm = algorithm.ok_or_else(|| info.required.malformed())?;
        Digest::of_plain_ecdsa(algorithm.content).map(Some)
    }
}

impl<'a> SecurityInfo<'a> {
    fn read(mut fields: Reader<'a>) -> Result<Self> {
        let protocol = fields.expect(OBJECT_IDENTIFIER)?.content;
        let required = fields.any()?;
        let optional = if fields.is_empty() {
            None
        } else {
            Some(fields.any()?)
        };
        fields.finish()?;
        Ok(Self {
            protocol,
            required,
            optional,
        })
    }
}
