//! PACE with generic mapping on brainpoolP256r1 and AES-128, the chip's side (ICAO Doc 9303 part 11, 4.4).
//!
//! Owns the four steps of one run. Must not know how many runs failed before.

use bp256::{
    BrainpoolP256r1,
    r1::{AffinePoint, NonZeroScalar, ProjectivePoint, Sec1Point},
};
use ecdsa::elliptic_curve::{
    Group, SecretKey,
    sec1::{FromSec1Point, ToSec1Point},
};

use super::{
    key,
    randomness::Randomness,
    secure_messaging::{SecureMessaging, Suite, aes_encrypt, cmac_8},
    status::{AUTHENTICATION_FAILED, CONDITIONS_NOT_SATISFIED, Status, WRONG_DATA},
};
use crate::tlv::{find, group, tlv};

/// id-PACE-ECDH-GM-AES-CBC-CMAC-128, 0.4.0.127.0.7.2.2.4.2.2, as content bytes.
pub const PROTOCOL: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02];

/// A run in the state that its next GENERAL AUTHENTICATE finds.
#[derive(Debug)]
pub enum Pace {
    /// The password was chosen with MSE:Set AT.
    Chosen {
        /// Key from the password.
        password_key: [u8; 16],
    },
    /// The encrypted nonce was given out.
    NonceSent {
        /// The nonce in the clear.
        nonce: [u8; 16],
    },
    /// Both sides know the mapped generator.
    Mapped {
        /// The generator which only who knows the password computes rightly.
        generator: ProjectivePoint,
    },
    /// Keys are agreed; each side must still prove that it has them.
    Agreed {
        /// Key that encrypts.
        encryption: [u8; 16],
        /// Key that authenticates.
        authentication: [u8; 16],
        /// The chip's ephemeral key.
        chip: Vec<u8>,
        /// The reader's ephemeral key.
        reader: Vec<u8>,
    },
}

/// What a step ends in.
#[derive(Debug)]
pub enum Step {
    /// An answer, and the run goes on.
    Next(Vec<u8>, Pace),
    /// The last answer, and the channel is open.
    Done(Vec<u8>, SecureMessaging),
}

impl Pace {
    /// Takes one GENERAL AUTHENTICATE's data field; after an error the run is over.
    ///
    /// # Errors
    ///
    /// The status word with which the chip ends the run.
    pub fn step(self, data: &[u8], randomness: &mut Randomness) -> Result<Step, Status> {
        let dynamic = find(data, 0x7C).ok_or(WRONG_DATA)?;
        match self {
            Self::Chosen { password_key } => {
                let nonce = randomness.bytes();
                let encrypted = aes_encrypt(&password_key, &[0; 16], &nonce);
                Ok(Step::Next(answer(0x80, &encrypted), Self::NonceSent { nonce }))
            }
            Self::NonceSent { nonce } => {
                let reader = point(find(dynamic, 0x81).ok_or(CONDITIONS_NOT_SATISFIED)?)?;
                let secret = scalar(randomness);
                let shared = point_of(reader, &secret)?;
                let own = public(ProjectivePoint::generator() * *secret);
                let generator = ProjectivePoint::generator() * *nonce_scalar(&nonce)? + shared;
                Ok(Step::Next(answer(0x82, &own), Self::Mapped { generator }))
            }
            Self::Mapped { generator } => {
                let bytes = find(dynamic, 0x83).ok_or(CONDITIONS_NOT_SATISFIED)?;
                agree(generator, bytes, randomness)
            }
            Self::Agreed {
                encryption,
                authentication,
                chip,
                reader,
            } => {
                let token = find(dynamic, 0x85).ok_or(CONDITIONS_NOT_SATISFIED)?;
                if token != cmac_8(&authentication, &authenticated(&chip)) {
                    return Err(AUTHENTICATION_FAILED);
                }
                let own = cmac_8(&authentication, &authenticated(&reader));
                let channel = SecureMessaging::new(Suite::Aes128, encryption, authentication, 0);
                Ok(Step::Done(answer(0x86, &own), channel))
            }
        }
    }
}

fn agree(generator: ProjectivePoint, reader: &[u8], randomness: &mut Randomness) -> Result<Step, Status> {
    let secret = scalar(randomness);
    let chip = public(generator * *secret);
    if chip == reader {
        return Err(AUTHENTICATION_FAILED); // a reader that only echoes knows nothing
    }
    let shared = public(point_of(point(reader)?, &secret)?);
    let x = &shared[1..33];
    let agreed = Pace::Agreed {
        encryption: key::aes_128(x, key::ENCRYPTION),
        authentication: key::aes_128(x, key::AUTHENTICATION),
        chip: chip.clone(),
        reader: reader.to_vec(),
    };
    Ok(Step::Next(answer(0x84, &chip), agreed))
}

/// Dynamic authentication data with one object.
fn answer(tag: u16, value: &[u8]) -> Vec<u8> {
    tlv(0x7C, &tlv(tag, value))
}

/// What a token authenticates: the public key of the other side with its protocol (part 11, 4.4.3.4).
fn authenticated(public_key: &[u8]) -> Vec<u8> {
    group(0x7F49, &[&tlv(0x06, &PROTOCOL), &tlv(0x86, public_key)])
}

/// A point of the curve that is not the neutral one, from its uncompressed form.
///
/// # Errors
///
/// WRONG_DATA for anything but an uncompressed point of the curve.
pub fn point(bytes: &[u8]) -> Result<ProjectivePoint, Status> {
    let encoded = Sec1Point::from_bytes(bytes).map_err(|_| WRONG_DATA)?;
    if bytes.first() != Some(&4) {
        return Err(WRONG_DATA);
    }
    let affine = AffinePoint::from_sec1_point(&encoded)
        .into_option()
        .ok_or(WRONG_DATA)?;
    Ok(affine.into())
}

/// `secret` times `point`, which must not be the neutral element.
///
/// # Errors
///
/// WRONG_DATA for the neutral element.
pub fn point_of(point: ProjectivePoint, secret: &NonZeroScalar) -> Result<ProjectivePoint, Status> {
    let product = point * **secret;
    if bool::from(product.is_identity()) {
        Err(WRONG_DATA)
    } else {
        Ok(product)
    }
}

/// A point in its uncompressed form: 04, x, y.
pub fn public(point: ProjectivePoint) -> Vec<u8> {
    AffinePoint::from(point).to_sec1_point(false).as_bytes().to_vec()
}

fn scalar(randomness: &mut Randomness) -> NonZeroScalar {
    loop {
        let bytes: [u8; 32] = randomness.bytes();
        if let Ok(key) = SecretKey::<BrainpoolP256r1>::from_slice(&bytes) {
            return key.to_nonzero_scalar();
        }
    }
}

fn nonce_scalar(nonce: &[u8; 16]) -> Result<NonZeroScalar, Status> {
    let mut wide = [0; 32];
    wide[16..].copy_from_slice(nonce);
    let key = SecretKey::<BrainpoolP256r1>::from_slice(&wide).map_err(|_| WRONG_DATA)?;
    Ok(key.to_nonzero_scalar())
}
