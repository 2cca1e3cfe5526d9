//! EF.CardAccess, ICAO 9303-11 section 9.2: which PACE the chip speaks. Read before access, so nothing in it is believed.
//!
//! ```text
//! SecurityInfos ::= SET OF SecurityInfo          SecurityInfo ::= SEQUENCE { protocol OBJECT IDENTIFIER, ... }
//! PACEInfo ::= SEQUENCE { protocol, version INTEGER (2), parameterId INTEGER OPTIONAL }
//! ```

use super::cipher::Suite;
use super::group::{self, Group, Kind};
use crate::apdu::tlv;

/// What a Vietnamese card answers (seen alike in six unrelated programs); used only when the file cannot be read.
pub const VIETNAMESE: [u8; 54] = [
    0x31, 0x34, 0x30, 0x0D, 0x06, 0x08, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x01, 0x01,
    0x30, 0x0F, 0x06, 0x0A, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, 0x02, 0x02, 0x01, 0x01,
    0x30, 0x12, 0x06, 0x0A, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02, 0x02, 0x01, 0x02,
    0x02, 0x01, 0x0D,
];

/// `id-PACE` (0.4.0.127.0.7.2.2.4), which all PACE protocols begin with.
const PACE: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04];

/// More offers of one chip than this are not looked at.
const MOST_OFFERS: usize = 32;

/// How the nonce becomes a generator (section 4.4.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// Generic mapping (GM).
    Generic,
    /// Integrated mapping (IM).
    Integrated,
    /// Chip authentication mapping (CAM): generic mapping, and the chip also proves its static key.
    ChipAuthentication,
}

/// One way in which a chip speaks PACE, and this agent too.
#[derive(Clone, Copy, Debug)]
pub struct PaceOffer {
    /// The group.
    pub group: &'static dyn Group,
    /// Its id among the standardised domain parameters (section 9.5.1).
    pub parameters: u8,
    /// The mapping.
    pub mapping: Mapping,
    /// The ciphers.
    pub suite: Suite,
    /// Does the chip offer the same protocol over other domain parameters too? Then MSE:Set AT has to name these.
    pub name_parameters: bool,
}

impl PartialEq for PaceOffer {
    fn eq(&self, other: &Self) -> bool {
        self.protocol() == other.protocol()
            && self.parameters == other.parameters
            && self.name_parameters == other.name_parameters
    }
}

impl Eq for PaceOffer {}

impl PaceOffer {
    /// The value of the DER of its object identifier: `id-PACE`, key agreement with mapping, ciphers.
    pub fn protocol(&self) -> [u8; 10] {
        let agreement = match (self.mapping, self.group.kind()) {
            (Mapping::Generic, Kind::DiffieHellman) => 1,
            (Mapping::Generic, Kind::EllipticCurve) => 2,
            (Mapping::Integrated, Kind::DiffieHellman) => 3,
            (Mapping::Integrated, Kind::EllipticCurve) => 4,
            (Mapping::ChipAuthentication, _) => 6,
        };
        let mut protocol = [0; 10];
        protocol[..8].copy_from_slice(&PACE);
        protocol[8..].copy_from_slice(&[agreement, self.suite.arc()]);
        protocol
    }

    fn from_info(protocol: &[u8], parameters: u8) -> Option<Self> {
        let &[agreement, suite] = protocol.strip_prefix(&PACE)? else {
            return None;
        };
        let (mapping, kind) = match agreement {
            1 => (Mapping::Generic, Kind::DiffieHellman),
            2 => (Mapping::Generic, Kind::EllipticCurve),
            3 => (Mapping::Integrated, Kind::DiffieHellman),
            4 => (Mapping::Integrated, Kind::EllipticCurve),
            6 => (Mapping::ChipAuthentication, Kind::EllipticCurve),
            _ => return None,
        };
        let suite = Suite::named(suite)?;
        let with_aes_only = mapping == Mapping::ChipAuthentication;
        // The point encoding needs a prime that leaves 3 modulo 4; that of P-224 does not.
        let without_encoding = mapping == Mapping::Integrated && parameters == 10;
        if (with_aes_only && suite == Suite::TripleDes) || without_encoding {
            return None;
        }
        let group = group::standardised(parameters).filter(|group| group.kind() == kind)?;
        Some(Self {
            group,
            parameters,
            mapping,
            suite,
            name_parameters: false,
        })
    }

    /// Smaller comes first: AES before 3DES, curves before Diffie-Hellman, short keys (which are fast and strong enough for
    /// one reading) before long ones, and generic mapping before the others, because every chip was tested with it.
    fn rank(&self) -> (bool, bool, u32, usize, u8) {
        let mapping = match self.mapping {
            Mapping::Generic => 0,
            Mapping::Integrated => 1,
            Mapping::ChipAuthentication => 2,
        };
        (
            self.suite == Suite::TripleDes,
            self.group.kind() == Kind::DiffieHellman,
            self.group.field_bits(),
            self.suite.key_size(),
            mapping,
        )
    }
}

/// Why PACE cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPace {
    /// There is no `PACEInfo`.
    #[error("chip không có PACE / the chip has no PACE")]
    Absent,
    /// There is PACE, but in no suite that this agent speaks.
    #[error(
        "chip dùng bộ tham số PACE chưa được hỗ trợ (không thuộc các tham số chuẩn từ 224 bit) / \
         the chip's PACE parameters are not supported (none of the standardised ones from 224 bits on)"
    )]
    Unsupported,
}

/// What the chip offers among the `SecurityInfos`, the best first.
///
/// # Errors
/// [`NoPace`] says whether there is none or only others. What cannot be read as `SecurityInfos` has none.
pub fn pace_offers(card_access: &[u8]) -> Result<Vec<PaceOffer>, NoPace> {
    let mut infos = Vec::new();
    let mut rest = tlv::take(card_access)
        .filter(|(tag, ..)| *tag == 0x31)
        .map_or(&[][..], |(_, infos, _)| infos);
    while let Some((tag, info, next)) = tlv::take(rest).filter(|_| infos.len() < MOST_OFFERS) {
        rest = next;
        let Some((0x06, protocol, fields)) = tlv::take(info).filter(|_| tag == 0x30) else {
            continue;
        };
        if protocol.starts_with(&PACE) && integer(fields).is_some() {
            infos.push((protocol, version_and_parameters(fields)));
        }
    }
    let mut offers: Vec<_> = infos
        .iter()
        .filter_map(|&(protocol, fields)| {
            let (2, parameters) = fields? else { return None };
            let mut offer = PaceOffer::from_info(protocol, parameters)?;
            offer.name_parameters = infos.iter().filter(|info| info.0 == protocol).count() > 1;
            Some(offer)
        })
        .collect();
    offers.sort_by_key(PaceOffer::rank);
    match (offers.is_empty(), infos.is_empty()) {
        (false, _) => Ok(offers),
        (true, false) => Err(NoPace::Unsupported),
        (true, true) => Err(NoPace::Absent),
    }
}

fn version_and_parameters(fields: &[u8]) -> Option<(u8, u8)> {
    let (version, rest) = integer(fields)?;
    let (parameters, _) = integer(rest)?;
    Some((version, parameters))
}

fn integer(bytes: &[u8]) -> Option<(u8, &[u8])> {
    match tlv::take(bytes)? {
        (0x02, &[value], rest) => Some((value, rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Mapping, suite and parameters of the offers, best first.
    fn check(hexadecimal: &str, expected: Result<&str, NoPace>) {
        let offers = pace_offers(&hex::decode(hexadecimal).unwrap());
        let words = offers.map(|offers| {
            let words = offers.iter().map(|offer| {
                let named = if offer.name_parameters { " named" } else { "" };
                format!(
                    "{:?} {:?} {}{named}",
                    offer.mapping, offer.suite, offer.parameters
                )
            });
            words.collect::<Vec<_>>().join(", ")
        });
        assert_eq!(words, expected.map(str::to_owned));
    }

    fn info(agreement: u8, suite: u8, parameters: u8) -> String {
        format!("3012060A04007F0007020204{agreement:02X}{suite:02X}020102 0201{parameters:02X}")
            .replace(' ', "")
    }

    fn set(infos: &[String]) -> String {
        let infos = infos.concat();
        format!("31{:02X}{infos}", infos.len() / 2)
    }

    #[test]
    fn finds_what_the_agent_speaks() {
        check(&hex::encode(VIETNAMESE), Ok("Generic Aes128 13"));
        check(&set(&[info(2, 2, 13)]), Ok("Generic Aes128 13"));
        check(
            &set(&[info(2, 2, 12), info(2, 2, 13)]),
            Ok("Generic Aes128 12 named, Generic Aes128 13 named"),
        );
        check(
            &set(&[
                info(1, 1, 0),
                info(3, 4, 2),
                info(4, 3, 17),
                info(6, 2, 16),
                info(2, 1, 11),
            ]),
            Ok(
                "ChipAuthentication Aes128 16, Integrated Aes192 17, Integrated Aes256 2, Generic TripleDes 11, \
                Generic TripleDes 0",
            ),
        );
    }

    #[test]
    fn what_it_does_not_speak_is_unsupported_and_nothing_is_absent() {
        for (agreement, suite, parameters) in [
            (2, 2, 8),
            (2, 2, 9),
            (2, 5, 13),
            (5, 2, 13),
            (2, 2, 0),
            (1, 2, 13),
            (6, 1, 13),
            (4, 2, 10),
        ] {
            check(
                &set(&[info(agreement, suite, parameters)]),
                Err(NoPace::Unsupported),
            );
        }
        check("3111300F060A04007F00070202030202020101", Err(NoPace::Absent));
        check("", Err(NoPace::Absent));
    }

    proptest! {
        #[test]
        fn rubbish_never_panics(bytes: Vec<u8>, at: prop::sample::Index, byte: u8) {
            let _ = pace_offers(&bytes);
            let mut changed = VIETNAMESE;
            changed[at.index(VIETNAMESE.len())] = byte;
            let _ = pace_offers(&changed);
        }

        #[test]
        fn what_is_offered_is_what_is_named(agreement in 0_u8..8, suite in 0_u8..6, parameters: u8) {
            let file = hex::decode(set(&[info(agreement, suite, parameters)])).unwrap();
            for offer in pace_offers(&file).unwrap_or_default() {
                prop_assert_eq!(&offer.protocol()[8..], &[agreement, suite]);
                prop_assert_eq!(offer.parameters, parameters);
            }
        }
    }
}
