//! Key agreement with the chip's static key (ICAO Doc 9303-11, section 9.6): on every curve that is accepted, by
//! multiplication that takes the same time for every secret, and in the two groups of RFC 5114 that are long enough.
//!
//! Parameters are looked up, never taken over from the chip; a public key outside its group is refused.

use crate::algorithm;
use crate::error::{Error, Kind, Result};
use crate::oid;
use crate::public_key::{Arithmetic, Curve, EcPublicKey, PublicKey};
use crate::tlv::{BIT_STRING, Element, INTEGER, Reader, Rules, SEQUENCE};
use crypto_bigint::BoxedUint;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

const PLACE: &str = "chip authentication key";
/// A scalar is out of range in at most every second draw.
const MOST_DRAWS: usize = 128;

/// A public key of the chip.
pub(super) enum ChipKey {
    Curve(EcPublicKey),
    Modular {
        group: &'static Modular,
        public: Vec<u8>,
    },
}

/// A fresh ephemeral key's public half, and the secret shared with the chip.
pub(super) struct Agreed {
    pub(super) ephemeral: Vec<u8>,
    pub(super) shared: Zeroizing<Vec<u8>>,
}

impl ChipKey {
    /// Reads a SubjectPublicKeyInfo; `kind` is the last arc of `id-PK`.
    pub(super) fn parse(kind: &[u8], spki: &[u8]) -> Result<Self> {
        match kind {
            [1] => modular(spki),
            [2] => curve(spki).map(Self::Curve),
            _ => Err(Error::new(Kind::NotAllowed, PLACE)),
        }
    }

    /// Draws an ephemeral key and agrees.
    pub(super) fn agree(&self, rng: &dyn SecureRandom) -> Result<Agreed> {
        match self {
            Self::Modular { group, public } => group.agree(public, rng),
            Self::Curve(key) => on_curve(key, rng),
        }
    }
}

/// A key with named, explicit or standardised parameters (9303-11, section 9.5.1).
fn curve(spki: &[u8]) -> Result<EcPublicKey> {
    let mut fields = algorithm::sequence(spki, PLACE)?;
    let identifier = fields.any()?;
    let point = fields.expect(BIT_STRING)?.bits()?;
    fields.finish()?;
    if let (oid::STANDARDISED_PARAMETERS, Some(id)) = algorithm::split(&identifier)? {
        return EcPublicKey::on(standardised(&id)?, point).map_err(|_| Error::new(Kind::Key, PLACE));
    }
    match PublicKey::from_spki(spki) {
        Ok(PublicKey::Ec(key)) => Ok(key),
        Ok(PublicKey::Rsa(_)) => Err(Error::new(Kind::NotAllowed, PLACE)),
        // Parameters and encoding are right, so it is the point that is not.
        Err(error) if error.place() == EcPublicKey::PLACE && error.kind() == Kind::Malformed => {
            Err(Error::new(Kind::Key, PLACE))
        }
        Err(error) => Err(error),
    }
}

fn standardised(id: &Element<'_>) -> Result<Curve> {
    if id.tag != INTEGER {
        return Err(id.malformed());
    }
    match id.small()? {
        10 => Ok(Curve::P224),
        11 => Ok(Curve::BrainpoolP224r1),
        12 => Ok(Curve::P256),
        13 => Ok(Curve::BrainpoolP256r1),
        14 => Ok(Curve::BrainpoolP320r1),
        15 => Ok(Curve::P384),
        16 => Ok(Curve::BrainpoolP384r1),
        17 => Ok(Curve::BrainpoolP512r1),
        18 => Ok(Curve::P521),
        _ => Err(Error::new(Kind::NotAllowed, PLACE)),
    }
}

/// With a scalar that is uniform below the order: drawn again where it is not below.
fn on_curve(key: &EcPublicKey, rng: &dyn SecureRandom) -> Result<Agreed> {
    let len = (key.point().len() - 1) / 2;
    let mut scalar = Zeroizing::new(vec![0; len]);
    // The order of P-521 has one bit in its first byte.
    let surplus = if len == 66 { 0x01 } else { 0xff };
    for _ in 0..MOST_DRAWS {
        rng.fill(&mut scalar)
            .map_err(|_| Error::new(Kind::Randomness, PLACE))?;
        scalar[0] &= surplus;
        if let Some(agreed) = agree_with(&scalar, key) {
            return Ok(agreed);
        }
    }
    Err(Error::new(Kind::Randomness, PLACE))
}

fn agree_with(scalar: &[u8], key: &EcPublicKey) -> Option<Agreed> {
    let (ephemeral, shared) = (Arithmetic::of(key.curve()).agree)(key.point(), scalar)?;
    Some(Agreed { ephemeral, shared })
}

/// A subgroup of prime order of the integers modulo p, in hex.
#[derive(Debug)]
pub(super) struct Modular {
    prime: &'static str,
    base: &'static str,
    order: &'static str,
}

/// RFC 5114, sections 2.2 and 2.3. The 1024-bit group of section 2.1 is too short to prove anything.
static GROUPS: [(u32, Modular); 2] = [
    (
        1,
        Modular {
            prime: "ad107e1e9123a9d0d660faa79559c51fa20d64e5683b9fd1b54b1597b61d0a75e6fa141df95a56dbaf9a3c407ba1df15\
                    eb3d688a309c180e1de6b85a1274a0a66d3f8152ad6ac2129037c9edefda4df8d91e8fef55b7394b7ad5b7d0b6c12207\
                    c9f98d11ed34dbf6c6ba0b2c8bbc27be6a00e0a0b9c49708b3bf8a317091883681286130bc8985db1602e714415d9330\
                    278273c7de31efdc7310f7121fd5a07415987d9adc0a486dcdf93acc44328387315d75e198c641a480cd86a1b9e587e8\
                    be60e69cc928b2b9c52172e413042e9b23f10b0e16e79763c9b53dcf4ba80a29e3fb73c16b8e75b97ef363e2ffa31f71\
                    cf9de5384e71b81c0ac4dffe0c10e64f",
            base: "ac4032ef4f2d9ae39df30b5c8ffdac506cdebe7b89998caf74866a08cfe4ffe3a6824a4e10b9a6f0dd921f01a70c4afa\
                    ab739d7700c29f52c57db17c620a8652be5e9001a8d66ad7c17669101999024af4d027275ac1348bb8a762d0521bc98a\
                    e247150422ea1ed409939d54da7460cdb5f6c6b250717cbef180eb34118e98d119529a45d6f834566e3025e316a330ef\
                    bb77a86f0c1ab15b051ae3d428c8f8acb70a8137150b8eeb10e183edd19963ddd9e263e4770589ef6aa21e7f5f2ff381\
                    b539cce3409d13cd566afbb48d6c019181e1bcfe94b30269edfe72fe9b6aa4bd7b5a0f1c71cfff4c19c418e1f6ec0179\
                    81bc087f2a7065b384b890d3191f2bfa",
            order: "801c0d34c58d93fe997177101f80535a4738cebcbf389a99b36371eb",
        },
    ),
    (
        2,
        Modular {
            prime: "87a8e61db4b6663cffbbd19c651959998ceef608660dd0f25d2ceed4435e3b00e00df8f1d61957d4faf7df4561b2aa30\
                    16c3d91134096faa3bf4296d830e9a7c209e0c6497517abd5a8a9d306bcf67ed91f9e6725b4758c022e0b1ef4275bf7b\
                    6c5bfc11d45f9088b941f54eb1e59bb8bc39a0bf12307f5c4fdb70c581b23f76b63acae1caa6b7902d52526735488a0e\
                    f13c6d9a51bfa4ab3ad8347796524d8ef6a167b5a41825d967e144e5140564251ccacb83e6b486f6b3ca3f7971506026\
                    c0b857f689962856ded4010abd0be621c3a3960a54e710c375f26375d7014103a4b54330c198af126116d2276e11715f\
                    693877fad7ef09cadb094ae91e1a1597",
            base: "3fb32c9b73134d0b2e77506660edbd484ca7b18f21ef205407f4793a1a0ba12510dbc15077be463fff4fed4aac0bb555\
                    be3a6c1b0c6b47b1bc3773bf7e8c6f62901228f8c28cbb18a55ae31341000a650196f931c77a57f2ddf463e5e9ec144b\
                    777de62aaab8a8628ac376d282d6ed3864e67982428ebc831d14348f6f2f9193b5045af2767164e1dfc967c1fb3f2e55\
                    a4bd1bffe83b9c80d052b985d182ea0adb2a3b7313d3fe14c8484b1e052588b9b7d2bbd2df016199ecd06e1557cd0915\
                    b3353bbb64e0ec377fd028370df92b52c7891428cdc67eb6184b523d1db246c32f63078490f00ef8d647d148d4795451\
                    5e2327cfef98c582664b4c0f6cc41659",
            order: "8cf83642a709a097b447997640129da299b1a47d1eb3750ba308b0fe64f5fbd3",
        },
    ),
];

/// A key of PKCS #3, X9.42 or with standardised parameters: y as an INTEGER in the BIT STRING.
fn modular(spki: &[u8]) -> Result<ChipKey> {
    let mut fields = algorithm::sequence(spki, PLACE)?;
    let identifier = fields.any()?;
    let key = fields.expect(BIT_STRING)?.bits()?;
    fields.finish()?;
    let not_allowed = Error::new(Kind::NotAllowed, PLACE);
    let group = match algorithm::split(&identifier)? {
        (oid::STANDARDISED_PARAMETERS, Some(id)) if id.tag == INTEGER => {
            let id = id.small()?;
            GROUPS.iter().find(|(known, _)| *known == id)
        }
        (oid::DH_KEY_AGREEMENT | oid::DH_PUBLIC_NUMBER, Some(parameters)) if parameters.tag == SEQUENCE => {
            let mut fields = parameters.children()?;
            let (prime, base) = (
                fields.expect(INTEGER)?.unsigned()?,
                fields.expect(INTEGER)?.unsigned()?,
            );
            GROUPS.iter().find(|(_, group)| group.is(prime, base))
        }
        _ => None,
    };
    let (_, group) = group.ok_or(not_allowed)?;
    let y = Reader::only(key, PLACE, Rules::Der, INTEGER)?.unsigned()?;
    let public = group.element(y).ok_or(Error::new(Kind::Key, PLACE))?;
    Ok(ChipKey::Modular { group, public })
}

impl Modular {
    fn number(text: &str) -> Vec<u8> {
        hex::decode(text).expect("the numbers above are whole bytes in hex")
    }

    fn is(&self, prime: &[u8], base: &[u8]) -> bool {
        prime == Self::number(self.prime) && base == Self::number(self.base)
    }

    fn power(&self, base: &[u8], exponent: &[u8]) -> Zeroizing<Vec<u8>> {
        let prime = Self::number(self.prime);
        let modulus = whole(&prime)
            .to_odd()
            .into_option()
            .expect("the primes above are odd");
        let parameters = BoxedMontyParams::new(modulus);
        let bits = parameters.bits_precision();
        let base = BoxedUint::from_be_slice(base, bits).expect("an element is as long as the prime");
        let exponent = Zeroizing::new(whole(exponent));
        let power = BoxedMontyForm::new(base, &parameters).pow(&exponent).retrieve();
        let bytes = Zeroizing::new(power.to_be_bytes().to_vec());
        Zeroizing::new(bytes[bytes.len() - prime.len()..].to_vec())
    }

    /// A number of the subgroup other than 1, as long as the prime. A number of small order would give secrets that
    /// anybody can guess.
    fn element(&self, y: &[u8]) -> Option<Vec<u8>> {
        let prime = Self::number(self.prime);
        let padding = prime.len().checked_sub(y.len())?;
        let element = [vec![0; padding].as_slice(), y].concat();
        let one =
            |number: &[u8]| number.iter().rev().skip(1).all(|byte| *byte == 0) && number.last() == Some(&1);
        let inside =
            element < prime && !one(&element) && one(&self.power(&element, &Self::number(self.order)));
        inside.then_some(element)
    }

    fn agree(&self, public: &[u8], rng: &dyn SecureRandom) -> Result<Agreed> {
        let order = Self::number(self.order);
        let mut secret = Zeroizing::new(vec![0; order.len()]);
        for _ in 0..MOST_DRAWS {
            rng.fill(&mut secret)
                .map_err(|_| Error::new(Kind::Randomness, PLACE))?;
            if *secret < order && secret.iter().any(|byte| *byte != 0) {
                return Ok(self.agree_with(&secret, public));
            }
        }
        Err(Error::new(Kind::Randomness, PLACE))
    }

    fn agree_with(&self, secret: &[u8], public: &[u8]) -> Agreed {
        Agreed {
            ephemeral: self.power(&Self::number(self.base), secret).to_vec(),
            shared: self.power(public, secret),
        }
    }
}

/// A number in as many limbs as its bytes need.
fn whole(bytes: &[u8]) -> BoxedUint {
    let bits = u32::try_from(bytes.len() * 8).expect("no number here has more than 256 bytes");
    BoxedUint::from_be_slice(bytes, bits).expect("the precision is that of the bytes")
}

#[cfg(test)]
pub(super) mod tests;
