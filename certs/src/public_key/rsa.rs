//! RSA public keys over big integers: PKCS #1 v1.5 and PSS checks (RFC 8017), and the bare operation for ISO/IEC 9796-2.
//!
//! The whole encoded message is rebuilt or taken apart byte by byte: a check of its end alone lets forgeries through.

use crate::algorithm::{self, Digest};
use crate::error::{Error, Kind, Result};
use crate::tlv::INTEGER;
use num_bigint::BigUint;

const PLACE: &str = "RSA public key";
/// Shorter keys are not even read.
const MIN_BITS: u64 = 512;
/// Longer keys would only cost time.
const MAX_BITS: u64 = 8192;
/// No exponent in use is longer.
const MAX_EXPONENT_BITS: u64 = 64;

/// An RSA public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RsaPublicKey {
    n: BigUint,
    e: BigUint,
}

impl RsaPublicKey {
    /// Reads `RSAPublicKey` (RFC 8017, appendix A.1.1).
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let mut fields = algorithm::sequence(bytes, PLACE)?;
        let n = BigUint::from_bytes_be(fields.expect(INTEGER)?.unsigned()?);
        let e = BigUint::from_bytes_be(fields.expect(INTEGER)?.unsigned()?);
        fields.finish()?;
        let three = BigUint::from(3u8);
        let plausible = (MIN_BITS..=MAX_BITS).contains(&n.bits())
            && n.bit(0)
            && e.bit(0)
            && e >= three
            && e.bits() <= MAX_EXPONENT_BITS;
        if plausible {
            Ok(Self { n, e })
        } else {
            Err(Error::new(Kind::Key, PLACE))
        }
    }

    /// Length of the modulus in bits.
    pub(crate) fn bits(&self) -> u64 {
        self.n.bits()
    }

    fn len(&self) -> usize {
        usize::try_from(self.n.bits().div_ceil(8)).expect("at most 1024 bytes")
    }

    /// `signature ^ e mod n` in as many bytes as the modulus has; nothing when the signature has another length or is
    /// not smaller than the modulus.
    pub(crate) fn recover(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let value = BigUint::from_bytes_be(signature);
        if signature.len() != self.len() || value >= self.n {
            return None;
        }
        let recovered = value.modpow(&self.e, &self.n).to_bytes_be();
        let mut bytes = vec![0; self.len() - recovered.len()];
        bytes.extend_from_slice(&recovered);
        Some(bytes)
    }

    /// RFC 8017, section 8.2.2, with the digest's parameters written as NULL or left out.
    pub(crate) fn verify_pkcs1(&self, digest: Digest, message: &[u8], signature: &[u8]) -> bool {
        let Some(recovered) = self.recover(signature) else {
            return false;
        };
        let hash = digest.of(message);
        [true, false]
            .iter()
            .any(|null| pkcs1_encoding(digest, *null, &hash, self.len()).as_ref() == Some(&recovered))
    }

    /// RFC 8017, section 8.1.2; the parameters are digest, digest of the mask function, salt length.
    pub(crate) fn verify_pss(
        &self,
        (digest, mask, salt): (Digest, Digest, usize),
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let Some(mut recovered) = self.recover(signature) else {
            return false;
        };
        let bits = self.bits() - 1;
        // The encoded message is one byte shorter when the modulus has 8k + 1 bits.
        if bits.is_multiple_of(8) && recovered.remove(0) != 0 {
            return false;
        }
        pss_fits(&recovered, bits, (digest, mask, salt), &digest.of(message))
    }
}

/// `00 01 FF… 00 DigestInfo` (RFC 8017, section 9.2).
fn pkcs1_encoding(digest: Digest, null: bool, hash: &[u8], len: usize) -> Option<Vec<u8>> {
    let null: &[u8] = if null { &[0x05, 0x00] } else { &[] };
    let oid = element(0x06, &[digest.oid()]);
    let algorithm = element(0x30, &[&oid, null]);
    let info = element(0x30, &[&algorithm, &element(0x04, &[hash])]);
    let padding = len.checked_sub(info.len() + 3).filter(|padding| *padding >= 8)?;
    Some([&[0x00, 0x01], vec![0xff; padding].as_slice(), &[0x00], &info].concat())
}

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let len = u8::try_from(content.len()).expect("a DigestInfo has less than 128 bytes");
    [&[tag, len], content.as_slice()].concat()
}

/// EMSA-PSS-VERIFY (RFC 8017, section 9.1.2) of an encoded message of `bits` bits.
fn pss_fits(encoded: &[u8], bits: u64, (digest, mask, salt): (Digest, Digest, usize), hash: &[u8]) -> bool {
    let Some(block_len) = encoded.len().checked_sub(digest.len() + 1) else {
        return false;
    };
    if encoded.last() != Some(&0xbc) || salt.checked_add(1).is_none_or(|least| block_len < least) {
        return false;
    }
    let (masked, rest) = encoded.split_at(block_len);
    let expected = &rest[..digest.len()];
    let unused = u32::try_from(encoded.len() as u64 * 8 - bits).unwrap_or(8).min(8);
    let keep = u8::try_from(0xffu32 >> unused).unwrap_or(0);
    if masked[0] & !keep != 0 {
        return false;
    }
    let mut block: Vec<u8> = masked
        .iter()
        .zip(mgf1(mask, expected, block_len))
        .map(|(a, b)| a ^ b)
        .collect();
    block[0] &= keep;
    let (padding, tail) = block.split_at(block_len - salt - 1);
    if padding.iter().any(|byte| *byte != 0) || tail[0] != 0x01 {
        return false;
    }
    digest.of(&[&[0; 8], hash, &tail[1..]].concat()) == expected
}

/// The mask generation function MGF1 (RFC 8017, appendix B.2.1).
fn mgf1(digest: Digest, seed: &[u8], len: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(len + digest.len());
    for counter in 0u32.. {
        if mask.len() >= len {
            break;
        }
        mask.extend(digest.of(&[seed, &counter.to_be_bytes()].concat()));
    }
    mask.truncate(len);
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2^1024 - 105, odd; e = 3. Not a product of two secret primes: only its size matters here.
    fn key() -> RsaPublicKey {
        RsaPublicKey {
            n: (BigUint::from(1u8) << 1024u32) - 105u8,
            e: BigUint::from(3u8),
        }
    }

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
        let length = match (high, low) {
            (0, 0..=0x7f) => vec![low],
            (0, _) => vec![0x81, low],
            _ => vec![0x82, high, low],
        };
        [&[tag], length.as_slice(), content].concat()
    }

    fn public_key(n: &[u8], e: &[u8]) -> Result<RsaPublicKey> {
        let fields = [tlv(0x02, &[&[0], n].concat()), tlv(0x02, e)].concat();
        RsaPublicKey::parse(&tlv(0x30, &fields))
    }

    #[test]
    fn refuses_keys_that_prove_nothing() {
        let modulus = |bytes: usize| [vec![0xff; bytes - 1], vec![0x01]].concat();
        assert_eq!(public_key(&modulus(256), &[3]).unwrap().bits(), 2048);
        for (n, e) in [
            (modulus(256), 1),
            (modulus(256), 4),
            (vec![0xfe; 256], 3),
            (modulus(1025), 3),
        ] {
            assert_eq!(public_key(&n, &[e]).unwrap_err().kind(), Kind::Key);
        }
        assert_eq!(public_key(&modulus(63), &[3]).unwrap_err().kind(), Kind::Key);
        assert_eq!(public_key(&modulus(256), &[1; 9]).unwrap_err().kind(), Kind::Key);
    }

    #[test]
    fn recovers_only_numbers_below_the_modulus_in_full_length() {
        let key = key();
        let two = [vec![0; 127], vec![2]].concat();
        assert_eq!(key.recover(&two).unwrap(), [vec![0; 127], vec![8]].concat());
        assert_eq!(key.recover(&two[1..]), None);
        assert_eq!(key.recover(&[&[0], two.as_slice()].concat()), None);
        assert_eq!(key.recover(&[0xff; 128]), None);
        assert_eq!(key.recover(&key.n.to_bytes_be()), None);
    }

    /// gmrtd issue 106 and Bleichenbacher 2006: with e = 3 a cube root fits a digest at the end, or before rubbish.
    #[test]
    fn a_right_beginning_or_end_is_not_enough() {
        let hash = Digest::Sha256.of(b"message");
        let encoding = pkcs1_encoding(Digest::Sha256, true, &hash, 128).unwrap();
        assert_eq!(encoding.len(), 128);
        assert_eq!(&encoding[..3], &[0, 1, 0xff]);
        assert!(encoding.ends_with(&hash));
        let padding = encoding.iter().position(|byte| *byte == 0x30).unwrap();
        let mut forged = [
            &[0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0],
            &encoding[padding..],
        ]
        .concat();
        forged.resize(128, 0);
        // The cube root, rounded up: its cube begins with the forged bytes, the rest is rubbish.
        let root = BigUint::from_bytes_be(&forged).cbrt() + 1u8;
        let signature = [vec![0; 128 - root.to_bytes_be().len()], root.to_bytes_be()].concat();
        let recovered = key().recover(&signature).unwrap();
        assert!(
            recovered.starts_with(&forged[..40]),
            "the forgery has the right beginning"
        );
        assert!(!key().verify_pkcs1(Digest::Sha256, b"message", &signature));
    }

    #[test]
    fn pss_takes_every_byte_into_account() {
        let hash = Digest::Sha256.of(b"message");
        let (bits, len, salt) = (1023, 128, [7; 32]);
        let m = Digest::Sha256.of(&[&[0; 8], hash.as_slice(), &salt].concat());
        let block = [vec![0; len - 32 - 1 - 32 - 1], vec![1], salt.to_vec()].concat();
        let mask = mgf1(Digest::Sha256, &m, block.len());
        let mut encoded: Vec<u8> = block.iter().zip(mask).map(|(a, b)| a ^ b).collect();
        encoded[0] &= 0x7f;
        encoded.extend(&m);
        encoded.push(0xbc);
        let sha256 = Digest::Sha256;
        assert!(pss_fits(&encoded, bits, (sha256, sha256, 32), &hash));
        assert!(!pss_fits(&encoded, bits, (sha256, sha256, 31), &hash));
        assert!(!pss_fits(&encoded, bits, (sha256, sha256, 200), &hash));
        assert!(!pss_fits(&encoded, bits, (sha256, Digest::Sha1, 32), &hash));
        for at in 0..encoded.len() {
            let mut changed = encoded.clone();
            changed[at] ^= 0x80;
            assert!(
                !pss_fits(&changed, bits, (sha256, sha256, 32), &hash),
                "byte {at}"
            );
        }
        assert!(!pss_fits(&[], bits, (sha256, sha256, 32), &hash));
    }
}
