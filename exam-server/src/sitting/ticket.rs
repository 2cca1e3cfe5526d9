//! Seat tickets: eight characters that a candidate types once, within minutes.
//!
//! Only a keyed hash is stored, so that the database alone does not give a seat away.

use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::error::ApiResult;
use certs::seal::ContentKey;
use exam_protocol::bytes::{Digest, Fixed};
use exam_protocol::console::TicketView;
use exam_protocol::id::AttemptId;
use exam_protocol::time::Millis;
use ring::hmac;

/// Crockford's base 32: no `I`, `L`, `O`, `U`.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a ticket: 40 bits.
pub const LENGTH: usize = 8;

/// Issues a ticket for an attempt whose candidate was let in. Tickets of it that were not used become void.
///
/// # Errors
/// The database, or no randomness.
pub async fn issue(tx: &mut Tx, app: &App, attempt: AttemptId) -> ApiResult<TicketView> {
    let ticket = from_random(app.random.bytes()?);
    let now = app.clock.now();
    let expires_at = now + Millis::minutes(i64::from(app.config.exam.ticket_minutes));
    store::seat::put_ticket(tx, &hash(&app.keys.node, &ticket), attempt, now, expires_at).await?;
    let seat = store::label(&mut **tx, attempt).await?.seat;
    Ok(TicketView {
        attempt,
        ticket: shown(&ticket),
        expires_at,
        seat,
    })
}

/// A ticket from 8 random bytes, 5 bits of each.
pub fn from_random(bytes: [u8; LENGTH]) -> String {
    bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
        .collect()
}

/// A ticket as it is shown: `K7Q2-9XMD`.
pub fn shown(ticket: &str) -> String {
    let (first, second) = ticket.split_at(ticket.len() / 2);
    format!("{first}-{second}")
}

/// What is stored of a normalised ticket: HMAC-SHA-256 under the node key.
pub fn hash(node: &ContentKey, normalised: &str) -> Digest {
    let key = hmac::Key::new(hmac::HMAC_SHA256, node.as_bytes());
    let tag = hmac::sign(
        &key,
        &[b"truong-thi ticket".as_slice(), normalised.as_bytes()].concat(),
    );
    let bytes = tag.as_ref().try_into().expect("an HMAC-SHA-256 tag has 32 bytes");
    Fixed(bytes)
}

/// Whether this can be a ticket at all.
pub fn is_plausible(normalised: &str) -> bool {
    normalised.len() == LENGTH && normalised.bytes().all(|byte| ALPHABET.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::seat::normalise_ticket;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_shown_is_what_is_compared(bytes: [u8; LENGTH]) {
            let ticket = from_random(bytes);
            prop_assert!(is_plausible(&ticket));
            prop_assert_eq!(normalise_ticket(&shown(&ticket).to_lowercase()), ticket);
        }
    }

    #[test]
    fn the_hash_depends_on_ticket_and_node_key() {
        let (a, b) = (ContentKey::from_bytes([1; 32]), ContentKey::from_bytes([2; 32]));
        assert_eq!(hash(&a, "K7Q29XMD"), hash(&a, "K7Q29XMD"));
        assert_ne!(hash(&a, "K7Q29XMD"), hash(&b, "K7Q29XMD"));
        assert_ne!(hash(&a, "K7Q29XMD"), hash(&a, "K7Q29XMC"));
        assert!(!is_plausible("K7Q2"));
        assert!(!is_plausible("K7Q29XMU"));
    }
}
