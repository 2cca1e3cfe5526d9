//! Numbers modulo a prime, and the Diffie-Hellman groups of RFC 5114 that ICAO 9303-11 section 9.5.1 standardises.
//!
//! Exponentiation by a secret is constant-time in `crypto-bigint`. A public value is accepted only inside the subgroup.

use super::{Element, Explicit, Group, Kind, Secret, trimmed};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use rand::CryptoRng;
use zeroize::Zeroizing;

/// A number modulo the prime of a [`Field`].
pub type Number = BoxedMontyForm;

/// The integers modulo an odd prime.
pub struct Field {
    parameters: BoxedMontyParams,
}

impl Field {
    /// Modulo `prime`, big-endian: one of the constants of this folder.
    pub fn of(prime: &[u8]) -> Self {
        let prime = Odd::new(whole(prime)).into_option();
        Self {
            parameters: BoxedMontyParams::new_vartime(prime.expect("the primes of this folder are odd")),
        }
    }

    /// A big-endian number of any length, reduced.
    pub fn number(&self, bytes: &[u8]) -> Number {
        let modulus = self.parameters.modulus();
        let value = Zeroizing::new(whole(bytes));
        Number::new(value.rem(modulus.as_nz_ref()), &self.parameters)
    }

    /// 1.
    pub fn one(&self) -> Number {
        Number::one(&self.parameters)
    }

    /// 1 / x by Fermat's theorem; `None` for zero.
    pub fn invert(&self, number: &Number) -> Option<Number> {
        let exponent = self
            .parameters
            .modulus()
            .as_ref()
            .wrapping_sub(BoxedUint::from(2_u8));
        (!bool::from(number.is_zero())).then(|| number.pow(&exponent))
    }

    /// `x^(p - 1 - (p + 1) / 4)`: one over a square root of x if it has one; `None` unless p leaves 3 modulo 4.
    pub fn inverse_square_root(&self, number: &Number) -> Option<Number> {
        let prime = self.parameters.modulus().as_ref();
        let remainder = prime.as_limbs()[0].0 & 3;
        let quarter = prime.shr(2).wrapping_add(BoxedUint::from(1_u8));
        let exponent = prime.wrapping_sub(BoxedUint::from(1_u8)).wrapping_sub(quarter);
        (remainder == 3).then(|| number.pow(&exponent))
    }

    /// Big-endian, `size` bytes.
    pub fn encode(number: &Number, size: usize) -> Zeroizing<Vec<u8>> {
        let bytes = Zeroizing::new(number.retrieve().to_be_bytes());
        Zeroizing::new(bytes[bytes.len() - size..].to_vec())
    }
}

/// A number in as many limbs as its bytes need.
fn whole(bytes: &[u8]) -> BoxedUint {
    let bits = u32::try_from(bytes.len().max(1) * 8).expect("no number here is near 2^32 bits");
    BoxedUint::from_be_slice(bytes, bits).expect("the precision is that of the bytes")
}

/// A subgroup of prime order, its parameters in hexadecimal.
pub struct Modular {
    prime: &'static str,
    base: &'static str,
    order: &'static str,
}

/// RFC 5114, section 2.1: 1024 bits with a subgroup of 160 bits.
pub const MODP_1024_160: Modular = Modular {
    prime: "B10B8F96A080E01DDE92DE5EAE5D54EC52C99FBCFB06A3C69A6A9DCA52D23B616073E28675A23D189838EF1E\
              2EE652C013ECB4AEA906112324975C3CD49B83BFACCBDD7D90C4BD7098488E9C219A73724EFFD6FAE5644738\
              FAA31A4FF55BCCC0A151AF5F0DC8B4BD45BF37DF365C1A65E68CFDA76D4DA708DF1FB2BC2E4A4371",
    base: "A4D1CBD5C3FD34126765A442EFB99905F8104DD258AC507FD6406CFF14266D31266FEA1E5C41564B777E690F\
              5504F213160217B4B01B886A5E91547F9E2749F4D7FBD7D3B9A92EE1909D0D2263F80A76A6A24C087A091F53\
              1DBF0A0169B6A28AD662A4D18E73AFA32D779D5918D08BC8858F4DCEF97C2A24855E6EEB22B3B2E5",
    order: "F518AA8781A8DF278ABA4E7D64B7CB9D49462353",
};

/// RFC 5114, section 2.2: 2048 bits with a subgroup of 224 bits.
pub const MODP_2048_224: Modular = Modular {
    prime: "AD107E1E9123A9D0D660FAA79559C51FA20D64E5683B9FD1B54B1597B61D0A75E6FA141DF95A56DBAF9A3C40\
              7BA1DF15EB3D688A309C180E1DE6B85A1274A0A66D3F8152AD6AC2129037C9EDEFDA4DF8D91E8FEF55B7394B\
              7AD5B7D0B6C12207C9F98D11ED34DBF6C6BA0B2C8BBC27BE6A00E0A0B9C49708B3BF8A317091883681286130\
              BC8985DB1602E714415D9330278273C7DE31EFDC7310F7121FD5A07415987D9ADC0A486DCDF93ACC44328387\
              315D75E198C641A480CD86A1B9E587E8BE60E69CC928B2B9C52172E413042E9B23F10B0E16E79763C9B53DCF\
              4BA80A29E3FB73C16B8E75B97EF363E2FFA31F71CF9DE5384E71B81C0AC4DFFE0C10E64F",
    base: "AC4032EF4F2D9AE39DF30B5C8FFDAC506CDEBE7B89998CAF74866A08CFE4FFE3A6824A4E10B9A6F0DD921F01\
              A70C4AFAAB739D7700C29F52C57DB17C620A8652BE5E9001A8D66AD7C17669101999024AF4D027275AC1348B\
              B8A762D0521BC98AE247150422EA1ED409939D54DA7460CDB5F6C6B250717CBEF180EB34118E98D119529A45\
              D6F834566E3025E316A330EFBB77A86F0C1AB15B051AE3D428C8F8ACB70A8137150B8EEB10E183EDD19963DD\
              D9E263E4770589EF6AA21E7F5F2FF381B539CCE3409D13CD566AFBB48D6C019181E1BCFE94B30269EDFE72FE\
              9B6AA4BD7B5A0F1C71CFFF4C19C418E1F6EC017981BC087F2A7065B384B890D3191F2BFA",
    order: "801C0D34C58D93FE997177101F80535A4738CEBCBF389A99B36371EB",
};

/// RFC 5114, section 2.3: 2048 bits with a subgroup of 256 bits.
pub const MODP_2048_256: Modular = Modular {
    prime: "87A8E61DB4B6663CFFBBD19C651959998CEEF608660DD0F25D2CEED4435E3B00E00DF8F1D61957D4FAF7DF45\
              61B2AA3016C3D91134096FAA3BF4296D830E9A7C209E0C6497517ABD5A8A9D306BCF67ED91F9E6725B4758C0\
              22E0B1EF4275BF7B6C5BFC11D45F9088B941F54EB1E59BB8BC39A0BF12307F5C4FDB70C581B23F76B63ACAE1\
              CAA6B7902D52526735488A0EF13C6D9A51BFA4AB3AD8347796524D8EF6A167B5A41825D967E144E514056425\
              1CCACB83E6B486F6B3CA3F7971506026C0B857F689962856DED4010ABD0BE621C3A3960A54E710C375F26375\
              D7014103A4B54330C198AF126116D2276E11715F693877FAD7EF09CADB094AE91E1A1597",
    base: "3FB32C9B73134D0B2E77506660EDBD484CA7B18F21EF205407F4793A1A0BA12510DBC15077BE463FFF4FED4A\
              AC0BB555BE3A6C1B0C6B47B1BC3773BF7E8C6F62901228F8C28CBB18A55AE31341000A650196F931C77A57F2\
              DDF463E5E9EC144B777DE62AAAB8A8628AC376D282D6ED3864E67982428EBC831D14348F6F2F9193B5045AF2\
              767164E1DFC967C1FB3F2E55A4BD1BFFE83B9C80D052B985D182EA0ADB2A3B7313D3FE14C8484B1E052588B9\
              B7D2BBD2DF016199ECD06E1557CD0915B3353BBB64E0EC377FD028370DF92B52C7891428CDC67EB6184B523D\
              1DB246C32F63078490F00EF8D647D148D47954515E2327CFEF98C582664B4C0F6CC41659",
    order: "8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3",
};

impl Modular {
    fn bytes(text: &str) -> Vec<u8> {
        hex::decode(text).expect("the constants of this file are whole bytes in hexadecimal")
    }

    fn field(&self) -> Field {
        Field::of(&Self::bytes(self.prime))
    }

    /// The encoding of a number that is not neutral.
    fn encode(&self, number: &Number) -> Option<Element> {
        let neutral = bool::from(number.is_zero()) || *number == Number::one(number.params());
        (!neutral).then(|| Element(Field::encode(number, self.prime.len() / 2)))
    }
}

impl Group for Modular {
    fn kind(&self) -> Kind {
        Kind::DiffieHellman
    }

    fn field_bits(&self) -> u32 {
        u32::try_from(self.prime.len() * 4).expect("the primes of this file have at most 2,048 bits")
    }

    fn base(&self) -> Element {
        Element(Zeroizing::new(Self::bytes(self.base)))
    }

    fn is(&self, parameters: &Explicit<'_>) -> bool {
        let Explicit::Modular { prime, base, order } = parameters else {
            return false;
        };
        trimmed(prime) == Self::bytes(self.prime)
            && trimmed(base) == trimmed(&Self::bytes(self.base))
            && order.is_none_or(|order| trimmed(order) == Self::bytes(self.order))
    }

    fn element(&self, encoded: &[u8]) -> Option<Element> {
        let prime = Self::bytes(self.prime);
        if encoded.len() != prime.len() || encoded >= prime.as_slice() {
            return None;
        }
        let number = self.field().number(encoded);
        let inside = number.pow(&whole(&Self::bytes(self.order))) == self.field().one();
        inside.then(|| self.encode(&number)).flatten()
    }

    fn secret(&self, rng: &mut dyn CryptoRng) -> Secret {
        let order = Self::bytes(self.order);
        let mut secret = Zeroizing::new(vec![0; order.len()]);
        loop {
            rng.fill_bytes(&mut secret);
            if *secret < order && secret.iter().any(|&byte| byte != 0) {
                return Secret(secret);
            }
        }
    }

    fn act(&self, number: &[u8], element: &Element) -> Option<Element> {
        let exponent = Zeroizing::new(whole(number));
        self.encode(&self.field().number(element.bytes()).pow(&exponent))
    }

    fn combine(&self, one: &Element, other: &Element) -> Option<Element> {
        let field = self.field();
        self.encode(&field.number(one.bytes()).mul(&field.number(other.bytes())))
    }

    fn agreed(&self, element: &Element) -> Zeroizing<Vec<u8>> {
        element.0.clone()
    }

    /// `x^((p - 1) / q)` (section 4.4.3.3.2): an element of the subgroup.
    fn generator_from(&self, pseudo_random: &[u8]) -> Option<Element> {
        let (prime, order) = (whole(&Self::bytes(self.prime)), whole(&Self::bytes(self.order)));
        let order = order.into_nz().into_option()?;
        let cofactor = prime
            .wrapping_sub(BoxedUint::from(1_u8))
            .wrapping_div_vartime(&order);
        self.encode(&self.field().number(pseudo_random).pow(&cofactor))
    }
}
