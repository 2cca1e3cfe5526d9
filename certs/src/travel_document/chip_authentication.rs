//! Chip authentication judged by the server (ICAO Doc 9303-11, section 6.2): the server draws the ephemeral key for the
//! chip's public key in EF.DG14, an agent relays, and the first protected response proves that the chip has the private
//! key. The agent never learns the session keys.
//!
//! [`ChipAuthenticationAttempt::begin`] → the agent sends [`Request::commands`] within the channel that it has, then
//! [`Request::first_protected`] as it stands → [`ChipAuthenticationAttempt::conclude`]. The keys are dropped with the
//! attempt, so the agent's channel ends here: this is the last thing to do with a card.
//!
//! A proof counts only for the EF.DG14 that it was made with, and that only with a security object which covers it: see
//! [`super::judge_with`].

mod agreement;
mod channel;

use super::security_info::{SecurityInfo, SecurityInfos};
use crate::error::{Error, Kind, Result};
use crate::hash::sha256;
use crate::oid;
use crate::tlv::{INTEGER, SEQUENCE};
use agreement::ChipKey;
use channel::{Session, Suite};
use core::fmt;
use ring::rand::SecureRandom;

const PLACE: &str = "EF.DG14";
/// `MSE:Set AT` for chip authentication (9303-11, section 6.2.4.1), for suites with AES.
const SET_AT: [u8; 4] = [0x00, 0x22, 0x41, 0xa4];
/// `MSE:Set KAT` (9303-11, section 6.2.4.2), for 3DES.
const SET_KAT: [u8; 4] = [0x00, 0x22, 0x41, 0xa6];
/// `GENERAL AUTHENTICATE`, the only and last of its kind.
const GENERAL_AUTHENTICATE: [u8; 4] = [0x00, 0x86, 0x00, 0x00];

/// A command that the agent protects with its own channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainCommand {
    /// CLA (unprotected), INS, P1, P2.
    pub header: [u8; 4],
    /// Command data, possibly longer than 255 bytes.
    pub data: Vec<u8>,
    /// Whether response data is expected (Le).
    pub answered: bool,
}

/// What the agent is to send to the chip, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Key and protocol. Each must be answered with `9000`.
    pub commands: Vec<PlainCommand>,
    /// The first command under the new keys, finished; its whole response is what the server wants.
    pub first_protected: Vec<u8>,
}

/// An attempt under way, with secret keys: it serves for one response and can't be kept. Its `Debug` shows nothing.
pub struct ChipAuthenticationAttempt {
    request: Request,
    session: Session,
    dg14: [u8; 32],
}

impl fmt::Debug for ChipAuthenticationAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChipAuthenticationAttempt(secret)")
    }
}

/// What came of an attempt. Only [`ChipAuthenticationAttempt::conclude`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChipAuthentication {
    dg14: [u8; 32],
    authentic: bool,
}

impl ChipAuthentication {
    /// Whether the chip proved a key of this EF.DG14.
    pub fn proves(&self, dg14: &[u8]) -> bool {
        self.authentic && self.dg14 == sha256(dg14)
    }
}

impl ChipAuthenticationAttempt {
    /// Draws an ephemeral key for the best of the chip's keys: AES before 3DES, the longer key first.
    ///
    /// # Errors
    /// [`Kind::Malformed`], [`Kind::TooLarge`]; [`Kind::NotAllowed`] when EF.DG14 offers no key agreement that is known;
    /// [`Kind::Key`] for a public key outside its group; [`Kind::Randomness`].
    pub fn begin(dg14: &[u8], rng: &dyn SecureRandom) -> Result<Self> {
        let offers = offers(&SecurityInfos::parse(dg14)?)?;
        let best = offers.into_iter().max_by_key(|offer| offer.suite);
        let offer = best.ok_or(Error::new(Kind::NotAllowed, PLACE))?;
        let agreed = offer.key.agree(rng)?;
        Ok(Self::with(&offer, &agreed, sha256(dg14)))
    }

    fn with(offer: &Offer, agreed: &agreement::Agreed, dg14: [u8; 32]) -> Self {
        let mut session = Session::derive(offer.suite, &agreed.shared);
        let first_protected = session.select_dg14();
        let request = Request {
            commands: offer.commands(&agreed.ephemeral),
            first_protected,
        };
        Self {
            request,
            session,
            dg14,
        }
    }

    /// What the agent is to send.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Judges the response to [`Request::first_protected`]: data and status word, as they came. Whatever the status under
    /// protection says, a right checksum proves the key.
    pub fn conclude(mut self, response: &[u8]) -> ChipAuthentication {
        ChipAuthentication {
            dg14: self.dg14,
            authentic: self.session.is_authentic(response),
        }
    }
}

/// Whether an EF.DG14 offers a key for chip authentication that can be used.
///
/// # Errors
/// [`Kind::NotAllowed`] where it offers others only; [`Kind::Key`] for a key outside its group or of small order, so that its
/// owner need not know a private key; [`Kind::Malformed`], [`Kind::TooLarge`].
pub(super) fn is_offered(dg14: &[u8]) -> Result<bool> {
    offers(&SecurityInfos::parse(dg14)?).map(|offers| !offers.is_empty())
}

/// A key of the chip, and the ciphers it is used with.
struct Offer {
    suite: Suite,
    /// `id-CA`, key agreement and suite.
    protocol: Vec<u8>,
    key_id: Option<Vec<u8>>,
    key: ChipKey,
}

impl Offer {
    /// 9303-11, sections 6.2.4.1 and 6.2.4.2. The number of the key is named only where the chip numbers its keys.
    fn commands(&self, ephemeral: &[u8]) -> Vec<PlainCommand> {
        let key_id = self
            .key_id
            .as_ref()
            .map(|id| object(0x84, id))
            .unwrap_or_default();
        if self.suite == Suite::TripleDes {
            return vec![PlainCommand {
                header: SET_KAT,
                data: [object(0x91, ephemeral), key_id].concat(),
                answered: false,
            }];
        }
        let set = PlainCommand {
            header: SET_AT,
            data: [object(0x80, &self.protocol), key_id].concat(),
            answered: false,
        };
        let agree = PlainCommand {
            header: GENERAL_AUTHENTICATE,
            data: object(0x7c, &object(0x80, ephemeral)),
            answered: true,
        };
        vec![set, agree]
    }
}

/// Every `ChipAuthenticationPublicKeyInfo` with the `ChipAuthenticationInfo` of the same number. A chip that states no
/// protocol uses 3DES, as the first ones did.
fn offers(infos: &SecurityInfos<'_>) -> Result<Vec<Offer>> {
    let mut offers = Vec::new();
    let mut failure = None;
    for info in infos.of(oid::CHIP_PUBLIC_KEY) {
        let (Some(kind), key_id) = (arc(info, oid::CHIP_PUBLIC_KEY), number(info)?) else {
            continue;
        };
        if info.required.tag != SEQUENCE {
            return Err(info.required.malformed());
        }
        match ChipKey::parse(kind, info.required.raw) {
            Ok(key) => offers.push(offer(infos, kind, key_id, key)?),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    match failure {
        Some(error) if offers.is_empty() => Err(error),
        _ => Ok(offers),
    }
}

fn offer(infos: &SecurityInfos<'_>, kind: &[u8], key_id: Option<Vec<u8>>, key: ChipKey) -> Result<Offer> {
    let mut best = Suite::TripleDes;
    for info in infos.of(oid::CHIP_AUTHENTICATION) {
        let suite = arc(info, oid::CHIP_AUTHENTICATION).and_then(|arcs| arcs.strip_prefix(kind));
        let suite = suite
            .and_then(|suite| suite.first().copied())
            .and_then(Suite::named);
        if number(info)? == key_id {
            best = best.max(suite.unwrap_or(Suite::TripleDes));
        }
    }
    Ok(Offer {
        suite: best,
        protocol: [oid::CHIP_AUTHENTICATION, kind, &[best.arc()]].concat(),
        key_id,
        key,
    })
}

/// What stands in a protocol after its common beginning: 1 for Diffie-Hellman, 2 for curves, then the suite.
fn arc<'a>(info: &SecurityInfo<'a>, beginning: &[u8]) -> Option<&'a [u8]> {
    info.protocol.strip_prefix(beginning)
}

fn number(info: &SecurityInfo<'_>) -> Result<Option<Vec<u8>>> {
    match info.optional {
        None => Ok(None),
        Some(number) if number.tag == INTEGER => Ok(Some(number.unsigned()?.to_vec())),
        Some(other) => Err(other.malformed()),
    }
}

/// A BER-TLV object with a one-byte tag.
fn object(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).map_or([0xff; 2], u16::to_be_bytes);
    let length: &[u8] = match (high, low) {
        (0, 0..=0x7f) => &[low],
        (0, _) => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], length, content].concat()
}

#[cfg(test)]
mod tests;
