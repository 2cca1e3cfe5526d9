//! Sealed boxes: what a server writes and cannot read again. Portraits and chip data at rest are sealed to the public half of
//! an audit key; the private half lies elsewhere and is fetched for an audited act.
//!
//! HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM, one message per key
//! encapsulation. A box is `version 1 ‖ enc (32 bytes) ‖ ciphertext with its 16-byte tag`. Private keys are wiped when dropped
//! and never shown. Papers are sealed elsewhere ([`crate::seal`]), by symmetric keys.

use crate::error::{Error, Kind, Result};
use core::convert::Infallible;
use core::fmt;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable, setup_receiver, setup_sender_with_rng};
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

const PLACE: &str = "sealed box";
const KEY_PLACE: &str = "audit key";

/// First byte of every box.
const VERSION: u8 = 1;
/// Length of an X25519 key, and of `enc` (RFC 9180, section 7.1).
const KEY_LEN: usize = 32;
const TAG_LEN: usize = 16;

/// What stands before the 64 hexadecimal digits in the files of the two halves.
const PRIVATE_LABEL: &str = "truong-thi-audit-private-key-1:";
const PUBLIC_LABEL: &str = "truong-thi-audit-public-key-1:";

type Private = <X25519HkdfSha256 as Kem>::PrivateKey;
type Public = <X25519HkdfSha256 as Kem>::PublicKey;
type Encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey;

/// The half that opens boxes. Its `Debug` shows only the public half.
pub struct AuditKeyPair {
    private: Private,
    public: AuditPublicKey,
}

/// The half that seals boxes.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditPublicKey(Public);

impl fmt::Debug for AuditKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuditKeyPair({:?})", self.public)
    }
}

impl fmt::Debug for AuditPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_text().trim_end())
    }
}

impl AuditKeyPair {
    /// A fresh pair (RFC 9180, section 7.1.3, from 256 random bits).
    ///
    /// # Errors
    /// [`Kind::Randomness`].
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self> {
        let material = Drawn::from(rng)?;
        let (private, public) = X25519HkdfSha256::derive_keypair(&material.0[..]);
        let public = AuditPublicKey(public);
        Ok(Self { private, public })
    }

    /// The pair from the file of its private half.
    ///
    /// # Errors
    /// [`Kind::Malformed`] for another text, [`Kind::Key`] for digits that are no key.
    pub fn from_text(text: &str) -> Result<Self> {
        let bytes = Zeroizing::new(labelled(text, PRIVATE_LABEL)?);
        let private = Private::from_bytes(&bytes[..]).map_err(|_| Error::new(Kind::Key, KEY_PLACE))?;
        let public = AuditPublicKey(X25519HkdfSha256::sk_to_pk(&private));
        Ok(Self { private, public })
    }

    /// One line for a file that only its holder can read.
    pub fn to_text(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new(self.private.to_bytes());
        let digits = Zeroizing::new(hex::encode(&bytes[..]));
        Zeroizing::new(format!("{PRIVATE_LABEL}{}\n", *digits))
    }

    /// The half that seals.
    pub fn public(&self) -> &AuditPublicKey {
        &self.public
    }
}

impl AuditPublicKey {
    /// The key from its file.
    ///
    /// # Errors
    /// [`Kind::Malformed`] for another text, [`Kind::Key`] for digits that are no key.
    pub fn from_text(text: &str) -> Result<Self> {
        let public = Public::from_bytes(&labelled(text, PUBLIC_LABEL)?);
        public.map(Self).map_err(|_| Error::new(Kind::Key, KEY_PLACE))
    }

    /// One line for a file.
    pub fn to_text(&self) -> String {
        format!("{PUBLIC_LABEL}{}\n", hex::encode(self.0.to_bytes()))
    }
}

/// Seals `plaintext` to the holder of the private key. `info` names the purpose, `aad` the very record, so that a box can't be
/// passed off as another's.
///
/// # Errors
/// [`Kind::Randomness`]; [`Kind::Key`] for a public key of small order; [`Kind::TooLarge`] beyond 64 GiB.
pub fn seal(
    public: &AuditPublicKey,
    rng: &dyn SecureRandom,
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>> {
    let mut drawn = Drawn::from(rng)?;
    let (encapsulated, mut context) = setup_sender_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public.0,
        info,
        &mut drawn,
    )
    .map_err(|_| Error::new(Kind::Key, KEY_PLACE))?;
    let ciphertext = context.seal(plaintext, aad);
    let ciphertext = ciphertext.map_err(|_| Error::new(Kind::TooLarge, PLACE))?;
    let mut sealed = Vec::with_capacity(1 + KEY_LEN + ciphertext.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&encapsulated.to_bytes());
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

/// Opens what [`seal`] made, for the same `info` and `aad`.
///
/// # Errors
/// [`Kind::Malformed`] for what is no box of this version; [`Kind::NotAuthentic`]: another key, purpose or record, or changed
/// bytes.
pub fn open(pair: &AuditKeyPair, info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    let malformed = Error::new(Kind::Malformed, PLACE);
    let (version, rest) = sealed.split_first().ok_or(malformed)?;
    if *version != VERSION || rest.len() < KEY_LEN + TAG_LEN {
        return Err(malformed);
    }
    let (encapsulated, ciphertext) = rest.split_at(KEY_LEN);
    let refused = |_| Error::new(Kind::NotAuthentic, PLACE);
    let encapsulated = Encapsulated::from_bytes(encapsulated).map_err(refused)?;
    let mut context = setup_receiver::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &pair.private,
        &encapsulated,
        info,
    )
    .map_err(refused)?;
    context.open(ciphertext, aad).map_err(refused)
}

fn labelled(text: &str, label: &str) -> Result<[u8; KEY_LEN]> {
    let malformed = || Error::new(Kind::Malformed, KEY_PLACE);
    let digits = text.trim().strip_prefix(label).ok_or_else(malformed)?;
    let mut bytes = [0; KEY_LEN];
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| malformed())?;
    Ok(bytes)
}

/// The 32 random bytes of one key, drawn before they are needed: the HPKE crate takes only generators that never fail.
struct Drawn(Zeroizing<[u8; KEY_LEN]>, usize);

impl Drawn {
    fn from(rng: &dyn SecureRandom) -> Result<Self> {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        rng.fill(&mut bytes[..])
            .map_err(|_| Error::new(Kind::Randomness, KEY_PLACE))?;
        Ok(Self(bytes, 0))
    }
}

impl TryRng for Drawn {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> core::result::Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> core::result::Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> core::result::Result<(), Infallible> {
        let end = self.1 + bytes.len();
        let drawn = self.0.get(self.1..end);
        bytes.copy_from_slice(
            drawn.expect("an X25519 key is derived from 32 bytes (RFC 9180, section 7.1.3)"),
        );
        self.1 = end;
        Ok(())
    }
}

impl TryCryptoRng for Drawn {}

#[cfg(test)]
mod tests {
    use super::*;
    use hpke::aead::AesGcm128;
    use proptest::prelude::*;
    use ring::rand::SystemRandom;

    fn pair() -> AuditKeyPair {
        AuditKeyPair::generate(&SystemRandom::new()).unwrap()
    }

    fn bytes(digits: &str) -> Vec<u8> {
        hex::decode(digits).unwrap()
    }

    #[test]
    fn equals_the_standards_vectors() {
        // RFC 9180, appendix A.1.1: the same KEM and KDF, with AES-128-GCM.
        let ikm = bytes("6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037");
        let (private, public) = X25519HkdfSha256::derive_keypair(&ikm);
        let expected = "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d";
        assert_eq!(hex::encode(public.to_bytes()), expected);
        let enc = bytes("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431");
        let enc = Encapsulated::from_bytes(&enc).unwrap();
        let info = bytes("4f6465206f6e2061204772656369616e2055726e");
        let mut context =
            setup_receiver::<AesGcm128, HkdfSha256, X25519HkdfSha256>(&OpModeR::Base, &private, &enc, &info)
                .unwrap();
        let ciphertext = bytes(
            "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
        );
        let plaintext = context.open(&ciphertext, b"Count-0").unwrap();
        assert_eq!(plaintext, b"Beauty is truth, truth beauty");
    }

    #[test]
    fn keys_survive_their_files_and_never_show_themselves() {
        let pair = pair();
        let again = AuditKeyPair::from_text(&pair.to_text()).unwrap();
        assert_eq!(again.public(), pair.public());
        let public = AuditPublicKey::from_text(&pair.public().to_text()).unwrap();
        assert_eq!(&public, pair.public());
        let sealed = seal(&public, &SystemRandom::new(), b"i", b"a", b"x").unwrap();
        assert_eq!(open(&again, b"i", b"a", &sealed), Ok(b"x".to_vec()));
        let secret = pair.to_text()[PRIVATE_LABEL.len()..].trim().to_owned();
        assert!(!format!("{pair:?}").contains(&secret));
        // One half is never taken for the other.
        assert!(AuditKeyPair::from_text(&pair.public().to_text()).is_err());
        assert!(AuditPublicKey::from_text(&pair.to_text()).is_err());
        assert!(AuditPublicKey::from_text("truong-thi-audit-public-key-1:00").is_err());
    }

    #[test]
    fn nobody_else_opens_a_box() {
        let pair = pair();
        let rng = SystemRandom::new();
        let sealed = seal(pair.public(), &rng, b"portrait", b"record 1", b"face").unwrap();
        assert_eq!(sealed.len(), 1 + KEY_LEN + 4 + TAG_LEN);
        assert_ne!(
            seal(pair.public(), &rng, b"portrait", b"record 1", b"face").unwrap(),
            sealed
        );
        let kind = |pair: &AuditKeyPair, info: &[u8], aad: &[u8], sealed: &[u8]| {
            open(pair, info, aad, sealed).unwrap_err().kind()
        };
        assert_eq!(
            kind(&self::pair(), b"portrait", b"record 1", &sealed),
            Kind::NotAuthentic
        );
        assert_eq!(
            kind(&pair, b"chip data", b"record 1", &sealed),
            Kind::NotAuthentic
        );
        assert_eq!(kind(&pair, b"portrait", b"record 2", &sealed), Kind::NotAuthentic);
        for cut in 0..sealed.len() {
            assert!(open(&pair, b"portrait", b"record 1", &sealed[..cut]).is_err());
        }
        let mut other_version = sealed.clone();
        other_version[0] = 2;
        assert_eq!(
            kind(&pair, b"portrait", b"record 1", &other_version),
            Kind::Malformed
        );
        // Shared secret zero (RFC 9180, section 7.1.4): a point of small order is refused.
        let mut small = sealed;
        small[1..=KEY_LEN].fill(0);
        assert_eq!(kind(&pair, b"portrait", b"record 1", &small), Kind::NotAuthentic);
    }

    proptest! {
        // Two key agreements each, slow without optimisation.
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn opens_what_was_sealed_and_nothing_else(
            plaintext: Vec<u8>, info: Vec<u8>, aad: Vec<u8>, at in any::<prop::sample::Index>(), bit in 0..8_u32,
        ) {
            let pair = pair();
            let sealed = seal(pair.public(), &SystemRandom::new(), &info, &aad, &plaintext).unwrap();
            prop_assert_eq!(&open(&pair, &info, &aad, &sealed).unwrap(), &plaintext);
            let mut changed = sealed.clone();
            // X25519 ignores the highest bit of a point (RFC 7748, section 5), but HPKE binds enc as it was sent.
            changed[at.index(sealed.len())] ^= 1_u8 << bit;
            prop_assert!(open(&pair, &info, &aad, &changed).is_err());
        }
    }
}
