//! Chip authentication that this server carries out through a station: the secret key is drawn here, serves for one answer
//! within seconds, belongs to one check-in at one station, and is never written down.
//!
//! The station learns no session key, so only the chip can have made the answer. That is the server's word: nobody can
//! judge it again, unlike the answer to a challenge.

use certs::travel_document::Verdict;
use certs::travel_document::chip_authentication::{ChipAuthentication, ChipAuthenticationAttempt};
use certs::travel_document::{Finding, Judgement};
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::station::{CardCommand, ChipAuthenticationRelay};
use exam_protocol::time::{Millis, Timestamp};
use ring::rand::SecureRandom;

/// Most bytes of `EF.DG14`.
pub const MAX_DG14: usize = 8 * 1024;
/// Most bytes of the chip's response.
pub const MAX_RESPONSE: usize = 512;

/// The chip's answer came after the time for it had run out.
const EXPIRED: &str = "chip-authentication-expired";
/// The chip has a key for it and did not prove it.
const MISSING: &str = "chip-authentication-missing";

/// A key that waits for its one answer.
#[derive(Debug)]
pub struct Offered {
    attempt: ChipAuthenticationAttempt,
    given_at: Timestamp,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Concluded {
    /// The ephemeral public key and the protocol, as they were sent.
    pub relay: ChipAuthenticationRelay,
    /// The chip's response; none when it refused before, or the station never gave one.
    pub response: Option<Bytes>,
    /// The proof, where there was a response.
    pub proof: Option<ChipAuthentication>,
    /// When the key was given.
    pub given_at: Timestamp,
    /// When the answer came.
    pub answered_at: Timestamp,
}

/// Draws a key for a chip with this EF.DG14, with what the station is to relay. Nothing when the file offers no key
/// agreement that is known.
pub fn offer(
    dg14: &[u8],
    rng: &dyn SecureRandom,
    now: Timestamp,
) -> Option<(Offered, ChipAuthenticationRelay)> {
    let attempt = ChipAuthenticationAttempt::begin(dg14, rng).ok()?;
    let relay = relay(&attempt);
    Some((
        Offered {
            attempt,
            given_at: now,
        },
        relay,
    ))
}

fn relay(attempt: &ChipAuthenticationAttempt) -> ChipAuthenticationRelay {
    let request = attempt.request();
    let commands = request.commands.iter().map(|command| CardCommand {
        header: Fixed(command.header),
        data: Bytes(command.data.clone()),
        answered: command.answered,
    });
    ChipAuthenticationRelay {
        commands: commands.collect(),
        first_protected: Bytes(request.first_protected.clone()),
    }
}

impl Offered {
    /// Judges the answer; the key is gone afterwards.
    pub fn conclude(self, response: Option<Bytes>, now: Timestamp) -> Concluded {
        let relay = relay(&self.attempt);
        let attempt = self.attempt;
        let proof = response.as_ref().map(|response| attempt.conclude(&response.0));
        Concluded {
            relay,
            response,
            proof,
            given_at: self.given_at,
            answered_at: now,
        }
    }
}

/// Lowers the verdict on the chip where the answer came too late, or where it is missing and nothing else proves the chip.
pub fn lower(judgement: &mut Judgement, concluded: &Concluded, life: Millis) {
    let late = concluded.response.is_some() && concluded.answered_at - concluded.given_at > life;
    let unproven = matches!(judgement.chip.verdict, Verdict::Unknown | Verdict::NotPresent);
    let missing = concluded.response.is_none() && unproven && judgement.integrity.verdict == Verdict::Valid;
    let reason = match (late, missing) {
        (true, _) => EXPIRED,
        (_, true) => MISSING,
        _ => return,
    };
    judgement.chip = Finding {
        verdict: Verdict::Invalid,
        reason,
    };
}

/// Whether the proof stands: given in time, by the key of this EF.DG14.
pub fn stands(concluded: &Concluded, dg14: &[u8], life: Millis) -> bool {
    let in_time = concluded.answered_at - concluded.given_at <= life;
    in_time && concluded.proof.as_ref().is_some_and(|proof| proof.proves(dg14))
}
