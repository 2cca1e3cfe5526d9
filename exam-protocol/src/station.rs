//! Between a check-in station (the agent at the door) and the server.

use crate::bytes::{Bytes, Fixed};
use crate::citizen::CitizenNumber;
use crate::id::CheckinId;
use serde::{Deserialize, Serialize};

/// From the agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum StationMessage {
    /// First frame.
    Hello {
        /// Version of the agent.
        agent: String,
        /// Names of the card readers that are there.
        readers: Vec<String>,
    },
    /// Readers came or went.
    Readers(Vec<String>),
    /// How far a reading is.
    Progress {
        /// Which check-in.
        checkin: CheckinId,
        /// What is being done.
        step: ReadStep,
    },
    /// The chip is ready for active authentication.
    ChallengeWanted {
        /// Which check-in.
        checkin: CheckinId,
    },
    /// All that was read.
    Evidence {
        /// Which check-in.
        checkin: CheckinId,
        /// The card's files and answers.
        evidence: Box<CardEvidence>,
    },
    /// The reading ended without evidence.
    Failed {
        /// Which check-in.
        checkin: CheckinId,
        /// Why.
        failure: ReadFailure,
    },
    /// Sign of life; at least every 10 s.
    Heartbeat,
    /// Everything is read, and the card has a key for chip authentication: what is to be sent to it? At most once in a
    /// check-in.
    ChipAuthenticationWanted {
        /// Which check-in.
        checkin: CheckinId,
        /// `EF.DG14`, as it will stand in the evidence.
        dg14: Bytes,
    },
    /// What the chip answered; before the evidence.
    ChipAuthenticationAnswer {
        /// Which check-in.
        checkin: CheckinId,
        /// The whole response to the first protected command, data and status word; none when the chip refused before.
        response: Option<Bytes>,
    },
}

/// To the agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum StationCommand {
    /// The agent is known and joined as this station.
    Joined {
        /// The station's name from its certificate.
        station: String,
    },
    /// Read the card that is, or will be, on the reader.
    Read {
        /// Which check-in.
        checkin: CheckinId,
        /// Gives the card access number and the document number.
        citizen_number: CitizenNumber,
        /// Keys for basic access control, most likely first; used only when PACE is absent or fails.
        basic_access: Vec<BasicAccessDates>,
        /// How long to wait for a card, in milliseconds.
        wait_for_card: u32,
    },
    /// The challenge for active authentication (ICAO 9303-11, section 6.1): `RND.IFD`.
    Challenge {
        /// Which check-in.
        checkin: CheckinId,
        /// Eight bytes, made by the server for this check-in alone.
        challenge: Fixed<8>,
    },
    /// Stop and forget this check-in.
    Cancel {
        /// Which check-in.
        checkin: CheckinId,
    },
    /// Answer to a heartbeat.
    Alive,
    /// Chip authentication (ICAO 9303-11, section 6.2) with a key that only the server has.
    ChipAuthentication {
        /// Which check-in.
        checkin: CheckinId,
        /// What to relay; none when the server knows no key agreement of this card.
        relay: Option<ChipAuthenticationRelay>,
    },
}

/// What an agent relays to the chip for the server, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChipAuthenticationRelay {
    /// Key and protocol, to be protected by the agent's own session; each must be answered with `9000`.
    pub commands: Vec<CardCommand>,
    /// The first command under the new keys, finished, which the agent does not have.
    pub first_protected: Bytes,
}

/// A command for the card without protection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CardCommand {
    /// CLA INS P1 P2.
    pub header: Fixed<4>,
    /// Command data.
    pub data: Bytes,
    /// Whether response data is expected (Le).
    pub answered: bool,
}

/// The two dates that basic access control needs beside the document number, as `YYMMDD`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BasicAccessDates {
    /// Birth date.
    pub birth: String,
    /// Expiry date.
    pub expiry: String,
}

/// Steps of a reading, for the proctor's screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadStep {
    /// No card on the reader yet.
    WaitingForCard,
    /// PACE or BAC.
    Access,
    /// Reading files; per cent.
    Reading(u8),
    /// Active authentication.
    ChipProof,
}

/// How the agent got into the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccessProtocol {
    /// PACE with the card access number.
    PaceCan,
    /// Basic access control.
    Bac,
    /// PACE with the machine-readable zone.
    PaceMrz,
}

/// What a card gave, as read: nothing in it is believed before the server has judged it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CardEvidence {
    /// How the chip was opened.
    pub access: AccessProtocol,
    /// `EF.SOD`.
    pub sod: Bytes,
    /// `EF.DG1`: machine-readable zone.
    pub dg1: Bytes,
    /// `EF.DG2`: portrait.
    pub dg2: Bytes,
    /// `EF.DG14`, if present.
    pub dg14: Option<Bytes>,
    /// `EF.DG15`, if present.
    pub dg15: Option<Bytes>,
    /// Hash of `EF.DG13` under the document security object's digest algorithm: the agent's word, the content stays there.
    pub dg13_hash: Option<Bytes>,
    /// The chip's answer to the server's challenge, if it has a DG15.
    pub active_authentication: Option<Bytes>,
    /// Commands sent to the card.
    pub apdu_count: u32,
    /// Milliseconds from card seen to evidence complete.
    pub duration: u32,
}

/// Why a reading ended without evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReadFailure {
    /// No reader is connected.
    NoReader,
    /// No card came in time.
    NoCard,
    /// The card left the reader while it was being read.
    CardRemoved,
    /// The chip refused the key: the number typed is not this card's. The agent waits before it tries again.
    WrongAccessKey,
    /// Not a card with the travel-document application.
    NotAnIdentityCard,
    /// The card broke its protocol (status word, secure messaging, length).
    ProtocolError,
    /// The agent was told to stop, or another reading is under way.
    Cancelled,
    /// The server did not send the challenge in time.
    NoChallenge,
}
