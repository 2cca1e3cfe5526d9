//! SignerInfo (RFC 5652, section 5.3): who signed, by which algorithms, and the attributes that the signature is over.

use crate::certificate;
use crate::error::Result;
use crate::oid;
use crate::time::Time;
use crate::tlv::{Element, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET};
use std::borrow::Cow;

const SIGNED_ATTRIBUTES: u32 = 0xa0;

/// The signer's part of a message.
#[derive(Clone, Debug)]
pub(super) struct SignerInfo<'a> {
    pub(super) identifier: SignerIdentifier<'a>,
    pub(super) digest: Element<'a>,
    pub(super) attributes: Element<'a>,
    pub(super) scheme: Element<'a>,
    pub(super) signature: Cow<'a, [u8]>,
}

/// How the signer's certificate is named.
#[derive(Clone, Debug)]
pub(super) enum SignerIdentifier<'a> {
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    KeyId(&'a [u8]),
}

/// The signed attributes that matter.
pub(super) struct Attributes<'a> {
    pub(super) content_type: &'a [u8],
    pub(super) message_digest: Vec<u8>,
    pub(super) signing_time: Option<Time>,
}

impl<'a> SignerInfo<'a> {
    pub(super) fn parse(info: &Element<'a>) -> Result<Self> {
        const KEY_ID: u32 = 0x80;
        let mut fields = info.children()?;
        fields.expect(INTEGER)?.small()?;
        let identifier = if let Some(id) = fields.optional(KEY_ID)? {
            SignerIdentifier::KeyId(id.content)
        } else {
            let mut pair = fields.expect(SEQUENCE)?.children()?;
            let issuer = pair.expect(SEQUENCE)?.raw;
            let serial = pair.expect(INTEGER)?.content;
            pair.finish()?;
            SignerIdentifier::IssuerAndSerial { issuer, serial }
        };
        let digest = fields.expect(SEQUENCE)?;
        // Content other than plain data is signed through attributes (RFC 5652, section 5.3).
        let attributes = fields.expect(SIGNED_ATTRIBUTES)?;
        let scheme = fields.expect(SEQUENCE)?;
        let signature = fields.any()?.octets()?;
        fields.optional(0xa1)?;
        fields.finish()?;
        Ok(Self {
            identifier,
            digest,
            attributes,
            scheme,
            signature,
        })
    }

    /// What the signature may be over: the attributes with the tag of a SET (RFC 5652, section 5.4), byte for byte as they
    /// are; and, where that is something else, in the order that DER gives a SET. Some issuers sign sorted attributes and
    /// write them unsorted.
    pub(super) fn signed_forms(&self) -> Result<Vec<Vec<u8>>> {
        let original = set(self.attributes.content);
        let mut list = self.attributes.children()?;
        let mut attributes = Vec::new();
        while !list.is_empty() {
            attributes.push(list.any()?.raw);
        }
        attributes.sort_unstable();
        let sorted = set(&attributes.concat());
        Ok(if sorted == original {
            vec![original]
        } else {
            vec![original, sorted]
        })
    }

    pub(super) fn attributes(&self) -> Result<Attributes<'a>> {
        let (mut content_type, mut message_digest, mut signing_time) = (None, None, None);
        let mut list = self.attributes.children()?;
        while !list.is_empty() {
            let mut attribute = list.expect(SEQUENCE)?.children()?;
            let oid = attribute.expect(OBJECT_IDENTIFIER)?.content;
            let values = attribute.expect(SET)?;
            let single = || -> Result<Element<'a>> {
                let mut values = values.children()?;
                let value = values.any()?;
                values.finish()?;
                Ok(value)
            };
            let repeated = match oid {
                oid::CONTENT_TYPE => content_type.replace(single()?.content).is_some(),
                oid::MESSAGE_DIGEST => message_digest.replace(single()?.octets()?.into_owned()).is_some(),
                oid::SIGNING_TIME => signing_time.replace(certificate::time(&single()?)?).is_some(),
                _ => false,
            };
            if repeated {
                return Err(self.attributes.malformed());
            }
        }
        let missing = || self.attributes.malformed();
        Ok(Attributes {
            content_type: content_type.ok_or_else(missing)?,
            message_digest: message_digest.ok_or_else(missing)?,
            signing_time,
        })
    }
}

/// A SET with DER's length. BER may have left the length open; what was signed has this one.
fn set(content: &[u8]) -> Vec<u8> {
    const SET_TAG: u8 = 0x31;
    let length = content.len().to_be_bytes();
    let first = length
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(length.len() - 1);
    let significant = &length[first..];
    let mut bytes = vec![SET_TAG];
    if content.len() >= 0x80 {
        bytes.push(0x80 | u8::try_from(significant.len()).expect("a length has at most 8 bytes"));
    }
    bytes.extend_from_slice(significant);
    bytes.extend_from_slice(content);
    bytes
}
