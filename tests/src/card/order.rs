//! Which card is laid on the reader and what is wrong with it, in the words of the command line.
//!
//! Owns the words. Must not carry them out: `personalise` and `presented` do.

use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};

use super::{
    active_authentication::ActiveAuthenticationHash,
    chip::{Access, Transport},
    chip_authentication::ChipProfile,
    pace::Profile,
};
use crate::pki::{LdsVersion, SignerKind, Validity};

/// A card to present: whose, of which make, with which defect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The citizen, counted from 1 as candidates are.
    pub citizen: usize,
    /// Access protocols of the chip.
    pub access: Access,
    /// The PACE that the chip speaks.
    pub pace: Profile,
    /// Its chip authentication.
    pub chip: ChipProfile,
    /// Whether PACE knows the MRZ only, no CAN.
    pub zone_only: bool,
    /// Which machine-readable zone it has.
    pub document: Document,
    /// Whether there is no chip authentication: no data group 14, and no key.
    pub no_agreement: bool,
    /// Whether there are data groups 11 and 12.
    pub details: bool,
    /// Lengths of its APDUs.
    pub transport: Transport,
    /// Hash of active authentication.
    pub hash: ActiveAuthenticationHash,
    /// Version of the security object.
    pub lds: LdsVersion,
    /// What the document signer signs with.
    pub signer: SignerKind,
    /// When the document signer's certificate is valid.
    pub validity: Validity,
    /// What is wrong with it, if anything.
    pub defect: Option<Defect>,
}

/// Which document the chip is in (ICAO 9303-5 and 9303-4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Document {
    /// An identity card: three lines (TD1).
    #[default]
    IdentityCard,
    /// A passport: two lines (TD3).
    Passport,
}

/// Something wrong with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// No key for active authentication.
    NoDg15,
    /// The name in data group 1 was changed after signing.
    AlteredDg1,
    /// A byte of the portrait was changed after signing.
    AlteredDg2,
    /// A byte of data group 13 was changed after signing.
    AlteredDg13,
    /// Data group 1 of the next citizen.
    SwappedDg1,
    /// The portrait of the next citizen.
    SwappedDg2,
    /// Data group 15 of the next citizen, and the chip has that key.
    SwappedDg15,
    /// The security object of the next citizen.
    ForeignSod,
    /// There is no EF.SOD.
    NoSod,
    /// The signature in EF.SOD was changed.
    AlteredSod,
    /// All files are right, but the chip answers with a key of its own.
    Clone,
    /// Signed by an authority of the same name with another key.
    LookAlikeIssuer,
    /// Signed by an authority nobody installed.
    UnknownIssuer,
    /// The portrait claims to be as long as gigabytes.
    OversizedDg2,
    /// EF.SOD claims to be as long as gigabytes.
    OversizedSod,
    /// No data group 15, and the chip agrees by a key of its own.
    CloneAgreement,
    /// The chip signs by its key and agrees by another.
    OtherAgreement,
    /// Data group 14 of the next citizen, and the chip has that key.
    SwappedDg14,
    /// The chip has a key to sign with and does not sign.
    RefusesToSign,
    /// No data group 15, and the chip does not agree on a key.
    RefusesToAgree,
    /// The signed key of active authentication has 512 bits.
    WeakChipKey,
    /// No data group 15; the signed key of chip authentication has order two.
    SmallOrder,
    /// No data group 15; the signed key of chip authentication is no point of its curve.
    OffCurve,
    /// No data group 15 and no data group 14, which the security object lists.
    NoDg14,
    /// Data group 1 nests dozens of objects, and is signed so.
    NestedDg1,
    /// EF.SOD nests thousands of objects of indefinite length.
    NestedSod,
    /// A check digit of the signed data group 1 is wrong.
    UnreadableDg1,
    /// The signed data group 1 names another state.
    OtherState,
    /// The portrait is not in the security object.
    UncoveredDg2,
    /// The signed attributes are of other content.
    OtherContent,
    /// EF.SOD lacks its signer's certificate.
    NoCertificate,
    /// The portrait ends before its own length says.
    ShortDg2,
    /// Answers this status word to everything after so many APDUs.
    Status(u32, u16),
    /// Leaves the field after this many APDUs.
    RemovedAfter(u32),
    /// Answers nonsense after this many APDUs.
    Garbage(u32),
    /// Never answers again after this many APDUs.
    Silent(u32),
}

/// All words after the citizen's position, for the help and for tests that want every one of them.
pub const WORDS: &[&str] = &[
    "bac-only",
    "pace-only",
    "pace=13-im-aes128",
    "pace=0-gm-3des",
    "pace=17-gm-aes256",
    "ca=13-3des",
    "ca=2-aes192",
    "no-can",
    "passport",
    "details",
    "short-only",
    "most=600",
    "aa-sha1",
    "lds-v1",
    "rsa-signer",
    "brainpool-signer",
    "weak-signer",
    "revoked-signer",
    "misused-signer",
    "no-ca",
    "expired-signer",
    "future-signer",
    "no-dg15",
    "altered-dg1",
    "altered-dg2",
    "altered-dg13",
    "swapped-dg1",
    "swapped-dg2",
    "swapped-dg15",
    "foreign-sod",
    "no-sod",
    "altered-sod",
    "clone",
    "look-alike-issuer",
    "unknown-issuer",
    "oversized-dg2",
    "oversized-sod",
    "clone-ca",
    "other-ca",
    "swapped-dg14",
    "refuses-aa",
    "refuses-ca",
    "weak-chip-key",
    "small-order",
    "off-curve",
    "no-dg14",
    "nested-dg1",
    "nested-sod",
    "unreadable-dg1",
    "other-state",
    "uncovered-dg2",
    "other-content",
    "no-certificate",
    "short-dg2",
    "status=20:6f00",
    "removed-after=20",
    "garbage=20",
    "silent=20",
];

impl Order {
    /// A card without defect, of the make seen in the field.
    pub fn citizen(position: usize) -> Self {
        Self {
            citizen: position,
            ..Self::default()
        }
    }

    /// Reads `7 short-only clone`: the position, then words in any order.
    ///
    /// # Errors
    ///
    /// What word was not understood, and which are.
    pub fn parse(text: &str) -> Result<Self> {
        let mut words = text.split_whitespace();
        let position = words.next().context("which card? give its position, such as 7")?;
        let position: usize = position
            .parse()
            .with_context(|| format!("`{position}` is not a card's position"))?;
        ensure!(position > 0, "positions count from 1");
        words.try_fold(Self::citizen(position), Self::with)
    }

    /// Adds one word.
    ///
    /// # Errors
    ///
    /// The word is unknown, or a second defect.
    pub fn with(mut self, word: &str) -> Result<Self> {
        if let Some((name @ ("pace" | "ca" | "most"), text)) = word.split_once('=') {
            match name {
                "pace" => self.pace = Profile::parse(text)?,
                "ca" => self.chip = ChipProfile::parse(text)?,
                _ => self.transport = Transport::Most(number(text)?),
            }
            return Ok(self);
        }
        match word {
            "no-can" => self.zone_only = true,
            "passport" => self.document = Document::Passport,
            "details" => self.details = true,
            "bac-only" => self.access = Access::BacOnly,
            "pace-only" => self.access = Access::PaceOnly,
            "short-only" => self.transport = Transport::ShortOnly,
            "aa-sha1" => self.hash = ActiveAuthenticationHash::Sha1,
            "lds-v1" => self.lds = LdsVersion::V1,
            "rsa-signer" => self.signer = SignerKind::Rsa,
            "brainpool-signer" => self.signer = SignerKind::Brainpool,
            "weak-signer" => self.signer = SignerKind::Weak,
            "revoked-signer" => self.validity = Validity::Revoked,
            "misused-signer" => self.validity = Validity::WrongUsage,
            "no-ca" => self.no_agreement = true,
            "expired-signer" => self.validity = Validity::Expired,
            "future-signer" => self.validity = Validity::Future,
            _ => {
                ensure!(
                    self.defect.is_none(),
                    "a card has one defect at a time; `{word}` would be the second"
                );
                self.defect = Some(Defect::parse(word)?);
            }
        }
        Ok(self)
    }
}

impl Defect {
    fn parse(word: &str) -> Result<Self> {
        if let Some(text) = word.strip_prefix("status=") {
            let (count, status) = text.split_once(':').context("status=20:6f00")?;
            let status = u16::from_str_radix(status, 16).context("a status word is four hex digits")?;
            return Ok(Self::Status(number(count)?, status));
        }
        let (name, count) = match word.split_once('=') {
            Some((name, count)) => (name, number(count)?),
            None => (word, 0),
        };
        Ok(match name {
            "no-dg15" => Self::NoDg15,
            "altered-dg1" => Self::AlteredDg1,
            "altered-dg2" => Self::AlteredDg2,
            "altered-dg13" => Self::AlteredDg13,
            "swapped-dg1" => Self::SwappedDg1,
            "swapped-dg2" => Self::SwappedDg2,
            "swapped-dg15" => Self::SwappedDg15,
            "foreign-sod" => Self::ForeignSod,
            "no-sod" => Self::NoSod,
            "altered-sod" => Self::AlteredSod,
            "clone" => Self::Clone,
            "look-alike-issuer" => Self::LookAlikeIssuer,
            "unknown-issuer" => Self::UnknownIssuer,
            "oversized-dg2" => Self::OversizedDg2,
            "oversized-sod" => Self::OversizedSod,
            "clone-ca" => Self::CloneAgreement,
            "other-ca" => Self::OtherAgreement,
            "swapped-dg14" => Self::SwappedDg14,
            "refuses-aa" => Self::RefusesToSign,
            "refuses-ca" => Self::RefusesToAgree,
            "weak-chip-key" => Self::WeakChipKey,
            "small-order" => Self::SmallOrder,
            "off-curve" => Self::OffCurve,
            "no-dg14" => Self::NoDg14,
            "nested-dg1" => Self::NestedDg1,
            "nested-sod" => Self::NestedSod,
            "unreadable-dg1" => Self::UnreadableDg1,
            "other-state" => Self::OtherState,
            "uncovered-dg2" => Self::UncoveredDg2,
            "other-content" => Self::OtherContent,
            "no-certificate" => Self::NoCertificate,
            "short-dg2" => Self::ShortDg2,
            "removed-after" => Self::RemovedAfter(count),
            "garbage" => Self::Garbage(count),
            "silent" => Self::Silent(count),
            _ => bail!("`{word}` is unknown; known are {}", WORDS.join(", ")),
        })
    }
}

fn number<N: FromStr>(text: &str) -> Result<N> {
    text.parse()
        .ok()
        .with_context(|| format!("`{text}` is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_understood_and_changes_the_card() {
        for word in WORDS {
            let order = Order::parse(&format!("3 {word}")).unwrap();
            assert_eq!(order.citizen, 3);
            assert_ne!(order, Order::citizen(3), "{word}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_a_hint() {
        for (text, hint) in [
            ("", "such as 7"),
            ("x", "not a card's position"),
            ("0", "count from 1"),
            ("1 broken", "altered-dg1"),
            ("1 clone no-sod", "one defect"),
            ("1 silent=x", "not a number"),
        ] {
            assert!(
                Order::parse(text).unwrap_err().to_string().contains(hint),
                "{text}"
            );
        }
    }
}
