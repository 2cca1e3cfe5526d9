//! Active authentication (ICAO Doc 9303-11, section 6.1) over the eight bytes of the challenge: with RSA ISO/IEC 9796-2
//! digital signature scheme 1 with partial message recovery, with elliptic curves plain ECDSA by the digest that EF.DG14
//! names.

use super::reason;
use super::security_info::SecurityInfos;
use crate::algorithm::Digest;
use crate::error::{Kind, Result};
use crate::public_key::{EcPublicKey, PublicKey, RsaPublicKey};

/// Passports in use have keys of 1024 bits; shorter ones mean nothing.
const MIN_BITS: u64 = 1024;
/// Partial recovery, no padding: the only form there is when the chip fills its part up, as 9303-11 says.
const HEADER: u8 = 0x6a;

/// A challenge and the chip's answer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveAuthentication {
    /// `RND.IFD`: the eight bytes that the server made for this check-in.
    pub challenge: [u8; 8],
    /// The chip's answer to INTERNAL AUTHENTICATE.
    pub response: Vec<u8>,
}

/// What the chip's answer proves.
pub(super) enum Proof {
    Valid,
    Invalid(&'static str),
    Unknown(&'static str),
}

/// Checks the answer under the chip's key; `dg14` says which digest a chip with an elliptic-curve key uses.
pub(super) fn check(key: &PublicKey, authentication: &ActiveAuthentication, dg14: Option<&[u8]>) -> Proof {
    let fits = match key {
        PublicKey::Rsa(key) if key.bits() < MIN_BITS => return Proof::Unknown(reason::WEAK_KEY),
        PublicKey::Rsa(key) => recovered_fits(key, authentication) == Some(true),
        PublicKey::Ec(key) => match stated_digest(dg14) {
            Ok(Some(digest)) => plain_fits(key, digest, authentication),
            Ok(None) => return Proof::Unknown(reason::CHIP_ALGORITHM_UNKNOWN),
            Err(error) if error.kind() == Kind::NotAllowed => {
                return Proof::Unknown(reason::ALGORITHM_NOT_SUPPORTED);
            }
            Err(_) => return Proof::Invalid(reason::CHIP_KEY_MALFORMED),
        },
    };
    if fits {
        Proof::Valid
    } else {
        Proof::Invalid(reason::ACTIVE_AUTHENTICATION_FAILED)
    }
}

fn stated_digest(dg14: Option<&[u8]>) -> Result<Option<Digest>> {
    dg14.map_or(Ok(None), |dg14| {
        SecurityInfos::parse(dg14)?.active_authentication_digest()
    })
}

fn plain_fits(key: &EcPublicKey, digest: Digest, authentication: &ActiveAuthentication) -> bool {
    key.verify_plain(digest, &authentication.challenge, &authentication.response)
}

/// `6A ‖ M1 ‖ digest(M1 ‖ challenge) ‖ trailer`.
fn recovered_fits(key: &RsaPublicKey, authentication: &ActiveAuthentication) -> Option<bool> {
    let recovered = key.recover(&authentication.response)?;
    let (digest, trailer) = trailer(&recovered)?;
    let (&header, body) = recovered[..recovered.len() - trailer].split_first()?;
    let (m1, hash) = body.split_at_checked(body.len().checked_sub(digest.len())?)?;
    let message = [m1, &authentication.challenge].concat();
    Some(header == HEADER && digest.of(&message) == hash)
}

/// The digest that the trailer names, and the trailer's length (ISO/IEC 9796-2, section 8.1.2).
fn trailer(recovered: &[u8]) -> Option<(Digest, usize)> {
    match recovered {
        [.., 0xbc] => Some((Digest::Sha1, 1)),
        [.., 0x33, 0xcc] => Some((Digest::Sha1, 2)),
        [.., 0x34, 0xcc] => Some((Digest::Sha256, 2)),
        [.., 0x35, 0xcc] => Some((Digest::Sha512, 2)),
        [.., 0x36, 0xcc] => Some((Digest::Sha384, 2)),
        [.., 0x38, 0xcc] => Some((Digest::Sha224, 2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::travel_document::data_group::active_authentication_key;
    use std::path::Path;

    fn proof(dg15: &str, challenge: &str, response: &str) -> &'static str {
        let key = active_authentication_key(&hex::decode(dg15).unwrap()).unwrap();
        let challenge = hex::decode(challenge).unwrap().try_into().unwrap();
        let response = hex::decode(response).unwrap();
        match check(&key, &ActiveAuthentication { challenge, response }, None) {
            Proof::Valid => "valid",
            Proof::Invalid(reason) | Proof::Unknown(reason) => reason,
        }
    }

    /// Recorded answers of real chips. They stay outside the repository.
    #[test]
    fn opens_recorded_answers() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors/aa_rsa_iso9796-2.json");
        let Ok(json) = std::fs::read(&file) else {
            println!("skipped: {} is not there", file.display());
            return;
        };
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let passport = &json["rsa1024_passport"];
        let dg15 = passport["dg15"].as_str().unwrap();
        let cases = passport["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 4);
        for case in cases {
            let [challenge, response] = ["challenge", "signature"].map(|name| case[name].as_str().unwrap());
            assert_eq!(proof(dg15, challenge, response), "valid");
            assert_eq!(
                proof(dg15, "0011223344556677", response),
                reason::ACTIVE_AUTHENTICATION_FAILED
            );
            assert_eq!(
                proof(dg15, challenge, &response[2..]),
                reason::ACTIVE_AUTHENTICATION_FAILED
            );
        }
        let another = cases[1]["signature"].as_str().unwrap();
        let challenge = cases[0]["challenge"].as_str().unwrap();
        assert_eq!(
            proof(dg15, challenge, another),
            reason::ACTIVE_AUTHENTICATION_FAILED
        );
    }

    /// ICAO Doc 9303-11, appendix F: the message representative of the worked example, digest SHA-1.
    #[test]
    fn takes_the_message_of_icao_9303_apart() {
        let representative = hex::decode(
            "6A9D2784A67F8E7C659973EA1AEA25D95B6C8F91E5002F369F0FBDCE8A3CEC1991B543F1696546C5524CF23A5303CD6C\
             98599F40B79F377B5F3A1406B3B4D8F96784D23AA88DB7E1032A405E69325FA91A6E86F5C71AEA978264C4A207446DAD\
             4E7292E2DCDA3024B47DA8C063AA1E6D22FBD976AB0FE73D94D2D9C6D88127BC",
        )
        .unwrap();
        let (digest, len) = trailer(&representative).unwrap();
        assert_eq!((digest, len), (Digest::Sha1, 1));
        let body = &representative[1..representative.len() - len];
        let (m1, hash) = body.split_at(body.len() - digest.len());
        let challenge = hex::decode("F173589974BF40C6").unwrap();
        assert_eq!(digest.of(&[m1, &challenge].concat()), hash);
    }
}
