//! COSE_Sign1 envelopes (RFC 9052, section 4.2) with ES256, tagged, in exactly one form: protected header
//! `{1: -7, 3: content type}`, empty unprotected header, attached payload, deterministic CBOR (RFC 8949, section 4.2.1).
//!
//! Nothing is verified here: the signature is checked by `signing::verify_cose` on the server and by WebCrypto in the
//! browser, both over [`Envelope::to_be_signed`].

use crate::error::{Error, Kind, Result};
use coset::{ContentType, CoseSign1, CoseSign1Builder, HeaderBuilder, TaggedCborSerializable, iana};

/// A larger envelope than this is refused before it is read: 1 MiB.
pub const MAX_ENVELOPE: usize = 1 << 20;

const PLACE: &str = "COSE_Sign1";

/// A message that waits for its signature, which WebCrypto or our signing key makes.
#[derive(Clone, Debug)]
pub struct Draft(CoseSign1);

impl Draft {
    /// A draft with the purpose as content type (a media type with a slash) and the payload.
    pub fn new(content_type: &str, payload: Vec<u8>) -> Self {
        let mut header = HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build();
        header.content_type = Some(ContentType::Text(content_type.to_owned()));
        Self(CoseSign1Builder::new().protected(header).payload(payload).build())
    }

    /// The exact bytes to sign with ES256: the `Sig_structure` of RFC 9052, section 4.4, with empty external data.
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.0.tbs_data(&[])
    }

    /// The tagged envelope with the signature `r ‖ s`.
    pub fn finish(mut self, signature: [u8; 64]) -> Vec<u8> {
        self.0.signature = signature.to_vec();
        self.0
            .to_tagged_vec()
            .expect("text, byte strings and small integers always encode")
    }
}

/// A well-formed envelope whose signature nobody has checked yet.
#[derive(Clone)]
pub struct Envelope {
    draft: Draft,
    content_type: String,
    signature: [u8; 64],
}

impl core::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Envelope")
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

impl Envelope {
    /// Reads an envelope and refuses every form but the one that [`Draft::finish`] writes.
    ///
    /// # Errors
    /// [`Kind::TooLarge`], [`Kind::Malformed`] (structure, headers, trailing bytes), [`Kind::NotAllowed`] (another
    /// algorithm), [`Kind::NotDeterministic`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_ENVELOPE {
            return Err(Error::new(Kind::TooLarge, PLACE));
        }
        let message = CoseSign1::from_tagged_slice(bytes).map_err(|_| Error::new(Kind::Malformed, PLACE))?;
        let header = &message.protected.header;
        if header.alg
            != Some(coset::RegisteredLabelWithPrivate::Assigned(
                iana::Algorithm::ES256,
            ))
        {
            return Err(Error::new(Kind::NotAllowed, "COSE protected header"));
        }
        let Some(ContentType::Text(content_type)) = header.content_type.clone() else {
            return Err(Error::new(Kind::Malformed, "COSE protected header"));
        };
        if !message.unprotected.is_empty() {
            return Err(Error::new(Kind::Malformed, "COSE unprotected header"));
        }
        let signature = message.signature.as_slice().try_into();
        let signature: [u8; 64] = signature.map_err(|_| Error::new(Kind::Malformed, "COSE signature"))?;
        let payload = message
            .payload
            .ok_or(Error::new(Kind::Malformed, "COSE payload"))?;
        let draft = Draft::new(&content_type, payload);
        // Building it again and comparing refuses further headers, longer encodings and trailing bytes in one go.
        if draft.clone().finish(signature) != bytes {
            return Err(Error::new(Kind::NotDeterministic, PLACE));
        }
        Ok(Self {
            draft,
            content_type,
            signature,
        })
    }

    /// The purpose that the signer named.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The exact bytes whose signature has to be checked.
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.draft.to_be_signed()
    }

    /// The signature `r ‖ s`. Never an identifier: another signature of the same message is as good.
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// The payload, to be believed only after the signature was checked.
    pub fn unverified_payload(&self) -> &[u8] {
        self.draft.0.payload.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coset::CborSerializable;
    use proptest::prelude::*;

    fn envelope() -> Vec<u8> {
        Draft::new("application/x+cbor", b"abc".to_vec()).finish([7; 64])
    }

    fn refused(bytes: &[u8]) -> Kind {
        Envelope::parse(bytes).expect_err("must be refused").kind()
    }

    #[test]
    fn has_the_bytes_of_rfc_9052() {
        let expected = [
            b"\xd2\x84\x57\xa2\x01\x26\x03\x72application/x+cbor\xa0\x43abc\x58\x40".as_slice(),
            &[7; 64],
        ]
        .concat();
        let envelope = envelope();
        assert_eq!(envelope, expected);
        let parsed = Envelope::parse(&envelope).unwrap();
        assert_eq!(parsed.content_type(), "application/x+cbor");
        assert_eq!(parsed.unverified_payload(), b"abc");
        assert_eq!(parsed.signature(), &[7; 64]);
        let to_be_signed = parsed.to_be_signed();
        assert!(to_be_signed.starts_with(b"\x84\x6aSignature1"));
        assert!(to_be_signed.ends_with(b"\x40\x43abc"));
    }

    #[test]
    fn refuses_other_forms() {
        let good = envelope();
        assert_eq!(refused(&[&good[..], &[0]].concat()), Kind::Malformed);
        assert_eq!(refused(&good[1..]), Kind::Malformed, "untagged");
        assert_eq!(refused(&vec![0; MAX_ENVELOPE + 1]), Kind::TooLarge);
        let build = |change: &dyn Fn(&mut CoseSign1)| {
            let mut draft = Draft::new("application/x+cbor", b"abc".to_vec()).0;
            draft.signature = vec![7; 64];
            change(&mut draft);
            draft.to_tagged_vec().unwrap()
        };
        let es384 = coset::RegisteredLabelWithPrivate::Assigned(iana::Algorithm::ES384);
        assert_eq!(
            refused(&build(&|m| m.protected.header.alg = Some(es384.clone()))),
            Kind::NotAllowed
        );
        assert_eq!(
            refused(&build(&|m| m.protected.header.alg = None)),
            Kind::NotAllowed
        );
        assert_eq!(
            refused(&build(&|m| m.protected.header.content_type = None)),
            Kind::Malformed
        );
        assert_eq!(
            refused(&build(&|m| m.unprotected.key_id = vec![1])),
            Kind::Malformed
        );
        assert_eq!(
            refused(&build(&|m| m.protected.header.key_id = vec![1])),
            Kind::NotDeterministic
        );
        assert_eq!(refused(&build(&|m| m.signature.truncate(63))), Kind::Malformed);
        assert_eq!(refused(&build(&|m| m.payload = None)), Kind::Malformed);
        let critical = coset::RegisteredLabelWithPrivate::Assigned(iana::HeaderParameter::ContentType);
        assert_eq!(
            refused(&build(&|m| m.protected.header.crit = vec![critical.clone()])),
            Kind::NotDeterministic
        );
    }

    #[test]
    fn refuses_longer_encodings_of_the_same_message() {
        let good = envelope();
        let payload = good.windows(4).position(|w| w == b"\x43abc").unwrap();
        let longer = [&good[..payload], &[0x58, 0x03], &good[payload + 1..]].concat();
        assert!(
            CoseSign1::from_tagged_slice(&longer).is_ok(),
            "valid CBOR all the same"
        );
        assert_eq!(refused(&longer), Kind::NotDeterministic);
        assert!(CoseSign1::from_slice(&good).is_err());
    }

    proptest! {
        #[test]
        fn round_trips_and_never_panics(payload: Vec<u8>, signature in proptest::array::uniform32(any::<u8>()),
            noise: Vec<u8>, at in any::<prop::sample::Index>(), bit in 0..8u8) {
            let mut full = [0; 64];
            full[..32].copy_from_slice(&signature);
            let bytes = Draft::new("a/b", payload.clone()).finish(full);
            let parsed = Envelope::parse(&bytes).unwrap();
            prop_assert_eq!(parsed.unverified_payload(), &payload[..]);
            let _ = Envelope::parse(&noise);
            let mut changed = bytes.clone();
            let index = at.index(changed.len());
            changed[index] ^= 1 << bit;
            if let Ok(other) = Envelope::parse(&changed) {
                prop_assert!(other.to_be_signed() != parsed.to_be_signed() || other.signature() != parsed.signature());
            }
        }
    }
}
