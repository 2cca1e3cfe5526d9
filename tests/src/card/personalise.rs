//! Making one citizen's card: files, signature and keys, and then the defect somebody asked for.
//!
//! Owns the order of the steps. Must not know readers or what happens on the line.

use anyhow::{Context, Result};
use rsa::RsaPrivateKey;

use super::{
    active_authentication::ActiveAuthenticationHash,
    chip::{Access, Chip, Secrets},
    chip_authentication::StaticKey,
    data_group as make,
    file::{COM, LogicalData, SOD, data_group_file},
    order::{Defect, Document, Order},
};
use crate::{
    citizens::{Citizen, mrz_information},
    pki::{FORGER_KEY, Flaw, SecurityObject, TestPki, WEAK_CHIP_KEY, chip_key, rsa_key},
};

/// Makes the card of `citizen` as ordered; `other` is whose parts a swap takes.
///
/// # Errors
///
/// A key that does not load, or a part that this make of card does not have.
pub fn personalise(citizen: &Citizen, other: &Citizen, order: &Order, pki: &TestPki) -> Result<Chip> {
    let mut data = sign(citizen, order, pki)?;
    if let Some(defect) = order.defect {
        spoil(&mut data, defect, || sign(other, order, pki))?;
    }
    let chip_key = match order.defect {
        Some(defect) if without_signing_key(defect) || defect == Defect::RefusesToSign => None,
        Some(Defect::Clone) => Some(rsa_key(FORGER_KEY)?),
        Some(Defect::WeakChipKey) => Some(rsa_key(WEAK_CHIP_KEY)?),
        Some(Defect::SwappedDg15) => Some(chip_key(other.index)?),
        _ => Some(chip_key(citizen.index)?),
    };
    let static_key = match order.defect {
        defect if order.no_agreement || defect == Some(Defect::RefusesToAgree) => None,
        // A forger has the public key of the card and none of its secrets.
        Some(Defect::Clone | Defect::CloneAgreement | Defect::OtherAgreement) => {
            Some(StaticKey::new(order.chip, !citizen.seed))
        }
        Some(Defect::SwappedDg14) => Some(StaticKey::new(order.chip, other.seed)),
        _ => Some(StaticKey::new(order.chip, citizen.seed)),
    };
    let secrets = Secrets {
        can: citizen.can().to_owned(),
        mrz_information: mrz_information(citizen),
        chip_key,
        // The weak key has no room for a longer hash.
        chip_hash: match order.defect {
            Some(Defect::WeakChipKey) => ActiveAuthenticationHash::Sha1,
            _ => order.hash,
        },
        static_key,
        pace: order.pace,
        zone_only: order.zone_only,
    };
    Ok(Chip::new(data, secrets, order.access, order.transport))
}

/// Cards without data group 15.
fn without_signing_key(defect: Defect) -> bool {
    matches!(
        defect,
        Defect::NoDg15
            | Defect::CloneAgreement
            | Defect::RefusesToAgree
            | Defect::SmallOrder
            | Defect::OffCurve
            | Defect::NoDg14
    )
}

/// The genuine card's files, signed by the authority that the order asks for.
fn sign(citizen: &Citizen, order: &Order, pki: &TestPki) -> Result<LogicalData> {
    let authority = match order.defect {
        Some(Defect::LookAlikeIssuer) => &pki.look_alike,
        Some(Defect::UnknownIssuer) => &pki.stranger,
        _ => &pki.country,
    };
    let key = match order.defect {
        Some(defect) if without_signing_key(defect) => None,
        Some(Defect::WeakChipKey) => Some(rsa_key(WEAK_CHIP_KEY)?),
        _ => Some(chip_key(citizen.index)?),
    };
    let groups = data_groups(citizen, key.as_ref(), order)?;
    let flaw = match order.defect {
        Some(Defect::OtherContent) => Some(Flaw::OtherContent),
        Some(Defect::NoCertificate) => Some(Flaw::NoCertificate),
        _ => None,
    };
    let mut object = SecurityObject::new(order.lds).with_flaw(flaw);
    for (number, _, file) in &groups {
        if (*number, order.defect) != (2, Some(Defect::UncoveredDg2)) {
            object.cover(*number, file);
        }
    }
    let tags: Vec<u8> = groups.iter().map(|(_, tag, _)| *tag).collect();
    let card_access = (order.access != Access::BacOnly).then(|| make::card_access(order.pace, order.chip));
    let mut data = LogicalData {
        card_access,
        ..LogicalData::default()
    };
    data.files.insert(COM, make::common(&tags));
    data.files.insert(
        SOD,
        object.sign(&authority.document_signer(order.signer, order.validity)?)?,
    );
    data.files.extend(
        groups
            .into_iter()
            .map(|(number, _, file)| (data_group_file(number), file)),
    );
    Ok(data)
}

/// Number, tag in EF.COM and content of each data group.
fn data_groups(
    citizen: &Citizen,
    key: Option<&RsaPrivateKey>,
    order: &Order,
) -> Result<Vec<(u8, u8, Vec<u8>)>> {
    let public = match order.defect {
        Some(Defect::SmallOrder) => make::ChipPublicKey::small_order(),
        Some(Defect::OffCurve) => make::ChipPublicKey::off_curve(),
        _ => make::ChipPublicKey::of(&StaticKey::new(order.chip, citizen.seed)),
    };
    let zone = match order.defect {
        Some(Defect::NestedDg1) => make::nested(0x61),
        Some(Defect::UnreadableDg1) => make::unreadable_mrz(citizen),
        Some(Defect::OtherState) => make::mrz_of_another_state(citizen),
        _ if order.document == Document::Passport => make::passport_mrz(citizen),
        _ => make::mrz(citizen),
    };
    let mut groups = vec![
        (1, 0x61, zone),
        (2, 0x75, make::face(citizen)),
        (3, 0x63, make::fingerprints(citizen)),
        (13, 0x6D, make::national(citizen)),
    ];
    if !order.no_agreement {
        groups.push((14, 0x6E, make::security_options(order.pace, &public)));
    }
    if order.details {
        groups.push((11, 0x6B, make::personal_details(citizen)));
        groups.push((12, 0x6C, make::document_details()));
    }
    if let Some(key) = key {
        groups.push((15, 0x6F, make::active_authentication_key(key)?));
    }
    Ok(groups)
}

fn spoil(data: &mut LogicalData, defect: Defect, other: impl FnOnce() -> Result<LogicalData>) -> Result<()> {
    match defect {
        Defect::AlteredDg1 => change(data, data_group_file(1), |file| {
            let name = file.len() - 30; // the third line
            file[name] = if file[name] == b'N' { b'T' } else { b'N' };
        }),
        Defect::AlteredDg2 => change(data, data_group_file(2), |file| {
            let middle = file.len() / 2;
            file[middle] ^= 0x10;
        }),
        Defect::AlteredDg13 => change(data, data_group_file(13), |file| {
            if let Some(last) = file.last_mut() {
                *last = if *last == b'0' { b'1' } else { b'0' };
            }
        }),
        Defect::AlteredSod => change(data, SOD, |file| {
            if let Some(last) = file.last_mut() {
                *last ^= 1;
            }
        }),
        Defect::OversizedDg2 => change(data, data_group_file(2), claim_gigabytes),
        Defect::OversizedSod => change(data, SOD, claim_gigabytes),
        Defect::SwappedDg1 => swap(data, data_group_file(1), &other()?),
        Defect::SwappedDg2 => swap(data, data_group_file(2), &other()?),
        Defect::SwappedDg15 => swap(data, data_group_file(15), &other()?),
        Defect::ForeignSod => swap(data, SOD, &other()?),
        Defect::NoSod => {
            data.files.remove(&SOD);
            Ok(())
        }
        Defect::SwappedDg14 => swap(data, data_group_file(14), &other()?),
        Defect::NoDg14 => {
            data.files.remove(&data_group_file(14));
            Ok(())
        }
        Defect::NestedSod => {
            data.files.insert(SOD, make::endlessly_nested(0x77));
            Ok(())
        }
        Defect::ShortDg2 => change(data, data_group_file(2), |file| file.truncate(file.len() / 2)),
        // What was made so, or happens on the line.
        _ => Ok(()),
    }
}

fn change(data: &mut LogicalData, identifier: u16, change: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
    change(
        data.files
            .get_mut(&identifier)
            .with_context(|| format!("the card has no file {identifier:04X}"))?,
    );
    Ok(())
}

fn swap(data: &mut LogicalData, identifier: u16, other: &LogicalData) -> Result<()> {
    let file = other
        .files
        .get(&identifier)
        .with_context(|| format!("the card has no file {identifier:04X}"))?;
    data.files.insert(identifier, file.clone());
    Ok(())
}

/// Replaces the length after the tag by one of almost two gigabytes.
fn claim_gigabytes(file: &mut Vec<u8>) {
    let length = match file[1] {
        0x81 => 2,
        0x82 => 3,
        _ => 1,
    };
    file.splice(1..=length, [0x84, 0x7F, 0xFF, 0xFF, 0xFF]);
}
