//! EF.CardAccess, ICAO 9303-11 section 9.2: which PACE the chip speaks. Read before access, so nothing in it is believed.
//!
//! ```text
//! SecurityInfos ::= SET OF SecurityInfo          SecurityInfo ::= SEQUENCE { protocol OBJECT IDENTIFIER, ... }
//! PACEInfo ::= SEQUENCE { protocol, version INTEGER (2), parameterId INTEGER OPTIONAL }
//! ```

use crate::apdu::tlv;

/// What a Vietnamese card answers (seen alike in six unrelated programs); used only when the file cannot be read.
pub const VIETNAMESE: [u8; 54] = [
    0x31, 0x34, 0x30, 0x0D, 0x06, 0x08, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x02, 0x02, 0x01, 0x01,
    0x30, 0x0F, 0x06, 0x0A, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, 0x02, 0x02, 0x01, 0x01,
    0x30, 0x12, 0x06, 0x0A, 0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02, 0x02, 0x01, 0x02,
    0x02, 0x01, 0x0D,
];

/// `id-PACE-ECDH-GM-AES-CBC-CMAC-128` (0.4.0.127.0.7.2.2.4.2.2), the value of its DER.
pub const ECDH_GM_AES_128: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, 0x02];

/// `id-PACE` (0.4.0.127.0.7.2.2.4), which all PACE protocols begin with.
const PACE: [u8; 8] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04];

/// Standardised domain parameters 13: brainpoolP256r1 (section 9.5.1, table 6).
pub const BRAINPOOL_P256R1: u8 = 13;

/// The one PACE suite this agent speaks, as a chip offers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceOffer {
    /// Does the chip offer the same protocol over other domain parameters too? Then MSE:Set AT has to name ours.
    pub name_parameters: bool,
}

/// Why PACE cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPace {
    /// There is no `PACEInfo`.
    #[error("chip không có PACE / the chip has no PACE")]
    Absent,
    /// There is PACE, but in no suite that this agent speaks.
    #[error(
        "chip dùng bộ tham số PACE chưa được hỗ trợ (cần ECDH-GM AES-128, brainpoolP256r1) / \
         the chip's PACE suite is not supported (needed: ECDH-GM AES-128 on brainpoolP256r1)"
    )]
    Unsupported,
}

/// Looks for our suite among the `SecurityInfos`.
///
/// # Errors
/// [`NoPace`] says whether there is none or only others. What cannot be read as `SecurityInfos` has none.
pub fn pace_offer(card_access: &[u8]) -> Result<PaceOffer, NoPace> {
    let mut rest = tlv::take(card_access)
        .filter(|(tag, ..)| *tag == 0x31)
        .map_or(&[][..], |(_, infos, _)| infos);
    let (mut any, mut ours, mut same_protocol) = (false, false, 0);
    while let Some((tag, info, next)) = tlv::take(rest) {
        rest = next;
        let Some((0x06, protocol, fields)) = tlv::take(info).filter(|_| tag == 0x30) else {
            continue;
        };
        any |= protocol.starts_with(&PACE) && integer(fields).is_some();
        if protocol == ECDH_GM_AES_128 {
            same_protocol += 1;
            ours |= version_and_parameters(fields) == Some((2, BRAINPOOL_P256R1));
        }
    }
    match (ours, any) {
        (true, _) => Ok(PaceOffer {
            name_parameters: same_protocol > 1,
        }),
        (false, true) => Err(NoPace::Unsupported),
        (false, false) => Err(NoPace::Absent),
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

    fn check(hexadecimal: &str, expected: Result<PaceOffer, NoPace>) {
        assert_eq!(pace_offer(&hex::decode(hexadecimal).unwrap()), expected);
    }

    #[test]
    fn finds_our_suite_among_others() {
        assert_eq!(
            pace_offer(&VIETNAMESE),
            Ok(PaceOffer {
                name_parameters: false
            })
        );
        let ours = "3012060A04007F0007020204020202010202010D";
        let nist = "3012060A04007F0007020204020202010202010C";
        let aes256 = "3012060A04007F0007020204020402010202010D";
        let chip_authentication = "300F060A04007F00070202030202020101";
        check(
            &format!("3114{ours}"),
            Ok(PaceOffer {
                name_parameters: false,
            }),
        );
        check(
            &format!("3128{nist}{ours}"),
            Ok(PaceOffer {
                name_parameters: true,
            }),
        );
        check(&format!("3114{nist}"), Err(NoPace::Unsupported));
        check(&format!("3114{aes256}"), Err(NoPace::Unsupported));
        check(&format!("3111{chip_authentication}"), Err(NoPace::Absent));
        check("", Err(NoPace::Absent));
    }

    proptest! {
        #[test]
        fn rubbish_never_panics(bytes: Vec<u8>, at: prop::sample::Index, byte: u8) {
            let _ = pace_offer(&bytes);
            let mut changed = VIETNAMESE;
            changed[at.index(VIETNAMESE.len())] = byte;
            let _ = pace_offer(&changed);
        }
    }
}
