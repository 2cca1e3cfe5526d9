//! What may open the card, as typed on the command line: access number, machine-readable zone, or the text of the QR code.
//!
//! Turns text into keys. Must not read cards, and must not print what was typed.

use crate::emrtd::access::{AccessKeys, ZoneKey};
use crate::emrtd::pace::Password;
use anyhow::{Context, Result, anyhow};
use certs::travel_document::mrz::{Td1, Td3, mrz_key};
use certs::travel_document::scan::{Scanned, expiry_candidates};

/// Where in a citizen number the document number begins.
const DOCUMENT_NUMBER: usize = 3;

/// Where in a citizen number the card access number begins.
const ACCESS_NUMBER: usize = 6;

/// One of these at least; of the access number and the zone, PACE takes the number first.
#[derive(clap::Args)]
#[group(required = true, multiple = true)]
pub struct KeyArguments {
    /// Số CAN: 6 số cuối của số định danh / card access number: the last six digits of the citizen number
    #[arg(long, value_name = "NNNNNN", value_parser = access_number)]
    can: Option<Password>,
    /// MRZ: cả vùng máy đọc, hoặc số giấy tờ,ngày sinh,ngày hết hạn / the whole machine-readable zone (2 × 44 or 3 × 30
    /// characters), or document number,birth,expiry. Opens cards without PACE (BAC) or without an access number
    #[arg(long, value_name = "NNNNNNNNN,YYMMDD,YYMMDD", visible_alias = "basic-access", value_parser = zone)]
    mrz: Option<ZoneKey>,
    /// Nội dung mã QR trên thẻ / text of the card's QR code: gives the access number and, by the law's rule of expiry, the zone
    #[arg(long, value_name = "TEXT")]
    qr: Option<String>,
}

impl KeyArguments {
    /// The keys, those typed themselves before those from the QR code.
    ///
    /// # Errors
    /// The text is not a QR code of a citizen card.
    pub fn keys(&self) -> Result<AccessKeys> {
        let scanned = self.qr.as_deref().map(scanned).transpose()?;
        let (number, dated) = scanned.unzip();
        let typed = self.mrz.clone();
        Ok(AccessKeys {
            number: self.can.clone().or(number),
            zones: typed.into_iter().chain(dated.into_iter().flatten()).collect(),
        })
    }
}

fn access_number(text: &str) -> Result<Password, String> {
    Password::card_access_number(text).ok_or_else(|| "phải là 6 chữ số / takes exactly 6 digits".to_owned())
}

/// A whole zone, or `document number,birth,expiry`.
fn zone(text: &str) -> Result<ZoneKey, String> {
    information(text).map(|text| ZoneKey::from_mrz_information(&text))
}

fn information(text: &str) -> Result<String, String> {
    let joined: String = text.split_whitespace().collect();
    let key = match joined.len() {
        90 => Td1::parse(joined.as_bytes())
            .and_then(|zone| mrz_key(&zone.document_number, &zone.birth, &zone.expiry)),
        88 => Td3::parse(joined.as_bytes())
            .and_then(|zone| mrz_key(&zone.document_number, &zone.birth, &zone.expiry)),
        _ => {
            let parts: Vec<_> = joined.split(',').collect();
            let [number, birth, expiry] = parts[..] else {
                return Err("cần cả MRZ, hoặc ba phần cách nhau bằng dấu phẩy / the whole zone, or three parts separated by \
                            commas"
                    .to_owned());
            };
            mrz_key(number, birth, expiry)
        }
    };
    key.map_err(|error| error.to_string())
}

fn scanned(text: &str) -> Result<(Password, Vec<ZoneKey>)> {
    let wrong = "--qr: không phải mã QR của thẻ căn cước / not the QR code of a citizen card";
    let scanned = Scanned::parse(text).context(wrong)?;
    let number = &scanned.citizen_number;
    let password = Password::card_access_number(&number[ACCESS_NUMBER..]).ok_or_else(|| anyhow!(wrong))?;
    let expiries = scanned
        .birth
        .zip(scanned.issue)
        .map(|(birth, issue)| (birth, expiry_candidates(birth, issue)));
    let zones = expiries.map(|(birth, expiries)| {
        let keys = expiries
            .iter()
            .map(|expiry| mrz_key(&number[DOCUMENT_NUMBER..], &birth.yymmdd(), expiry));
        keys.map(|key| key.map(|text| ZoneKey::from_mrz_information(&text)))
            .collect::<Result<Vec<_>, _>>()
    });
    Ok((password, zones.transpose().context(wrong)?.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_taken_whole_or_in_three_parts() {
        // ICAO 9303-11, appendix D.2 (TD1), and 9303-4, appendix B (TD3).
        let expected = Ok("L898902C<369080619406236".to_owned());
        assert_eq!(information("L898902C,690806,940623"), expected);
        let passport =
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
        assert_eq!(information(passport), Ok("L898902C3674081221204159".to_owned()));
        let card =
            "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
        assert_eq!(information(card), Ok("D23145890774081221204159".to_owned()));
        for bad in [
            "",
            "L898902C,690806",
            "L898902C,69080,940623",
            "l898902c,690806,940623",
        ] {
            assert!(information(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_qr_code_gives_number_and_dates() {
        let text = "001090123456|012345678|NguyeÃn Vaên A|01011990|Nam|So61 1 Pho61|15042021";
        let (_, zones) = scanned(text).unwrap();
        assert_eq!(zones.len(), 1);
        let (_, zones) = scanned("001090123456").unwrap();
        assert!(zones.is_empty(), "digits alone have no dates");
        assert!(scanned("http://example.vn").is_err());
    }
}
