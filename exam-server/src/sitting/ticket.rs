//! Seat tickets: eight characters that a candidate types once, within minutes.
//!
//! Only a keyed hash is stored, so that the database alone does not give a seat away.

use super::store;
use crate::app::App;
use crate::clock::{NoRandomness, Randomness};
use crate::db::Tx;
use crate::error::ApiResult;
use certs::seal::ContentKey;
use exam_protocol::bytes::{Digest, Fixed};
use exam_protocol::console::TicketView;
use exam_protocol::id::AttemptId;
use exam_protocol::time::Timestamp;
use ring::hmac;

/// Letters and digits that a Vietnamese input method leaves alone in any order, so that a ticket arrives as it is typed
/// even when one is switched on. Tones and marks of Telex (`S F R X J Z`) and VNI (`0` to `8`) need a vowel before them,
/// so there is no `A E I O U Y`; `W` is no vowel but gives *Ư* by itself, `DD` and `D9` give *Đ*. `0`, `1` and `L` are
/// left out too: `normalise_ticket` reads `O`, `I` and `L` as these digits.
const ALPHABET: &[u8; 25] = b"23456789BCFGHJKMNPQRSTVXZ";

/// Characters of a ticket: 25⁸ of them, 37.1 bits. What keeps them from being guessed is the limit of tries and the
/// minutes that a ticket lives.
pub const LENGTH: usize = 8;

/// Random bytes from this on are drawn again: below it each letter has the same number of bytes.
const FAIR: usize = 256 - 256 % ALPHABET.len();

/// Issues a ticket for an attempt whose candidate was let in. Tickets of it that were not used become void.
///
/// # Errors
/// The database, or no randomness.
pub async fn issue(tx: &mut Tx, app: &App, attempt: AttemptId) -> ApiResult<TicketView> {
    let ticket = draw(&app.random)?;
    let now = app.clock.now();
    let expires_at = now + app.config.exam.ticket_life();
    put(tx, (&app.keys.node, &ticket), attempt, (now, expires_at)).await?;
    let seat = store::label(&mut **tx, attempt).await?.seat;
    Ok(TicketView {
        attempt,
        ticket: shown(&ticket),
        expires_at,
        seat,
    })
}

/// Stores a new ticket of an attempt, good from the first time to the second.
///
/// # Errors
/// Whatever the database says.
pub async fn put(
    tx: &mut Tx,
    (node, ticket): (&ContentKey, &str),
    attempt: AttemptId,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), sqlx::Error> {
    store::seat::put_ticket(tx, &hash(node, ticket), attempt, now, expires_at).await
}

/// A new ticket, each one as likely as any other.
///
/// # Errors
/// When the operating system gives no random numbers.
pub fn draw(random: &Randomness) -> Result<String, NoRandomness> {
    let mut ticket = String::with_capacity(LENGTH);
    while ticket.len() < LENGTH {
        let [byte] = random.bytes()?;
        ticket.extend(symbol(byte));
    }
    Ok(ticket)
}

/// The letter or digit of a random byte; none when the byte would favour some of them.
fn symbol(byte: u8) -> Option<char> {
    let index = usize::from(byte);
    (index < FAIR).then(|| char::from(ALPHABET[index % ALPHABET.len()]))
}

/// A ticket as it is shown: `K7Q2-9XMB`.
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

/// Whether this can be a ticket at all: eight characters, each from the alphabet that tickets are drawn from.
pub fn is_plausible(normalised: &str) -> bool {
    normalised.len() == LENGTH && normalised.bytes().all(|byte| ALPHABET.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::seat::normalise_ticket;
    use proptest::prelude::*;

    /// Whether Telex or VNI would change something while this is typed (Unikey's two most used methods).
    fn input_method_acts(typed: &str) -> bool {
        let keys: Vec<char> = typed
            .chars()
            .filter(|c| *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        keys.iter().enumerate().any(|(at, key)| {
            let before = &keys[..at];
            let vowel = before.iter().any(|c| "AEIOUY".contains(*c));
            match key {
                'W' => true,
                'A' | 'E' | 'O' | 'D' => before.contains(key),
                'S' | 'F' | 'R' | 'X' | 'J' | 'Z' | '0'..='8' => vowel,
                '9' => before.contains(&'D'),
                _ => false,
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_shown_is_what_is_compared_and_no_input_method_changes_it(
            bytes in prop::collection::vec(0..250_u8, LENGTH)
        ) {
            let ticket: String = bytes.into_iter().filter_map(symbol).collect();
            prop_assert!(is_plausible(&ticket));
            let typed = shown(&ticket).to_lowercase();
            prop_assert!(!input_method_acts(&typed), "{typed}");
            prop_assert_eq!(normalise_ticket(&typed), ticket);
        }
    }

    #[test]
    fn keys_that_make_vietnamese_letters_are_seen_and_refused() {
        for typed in [
            "AS234567", "W2345678", "DD234567", "A1234567", "D9234567", "BOO23456",
        ] {
            assert!(input_method_acts(typed), "{typed}");
            assert!(!is_plausible(&normalise_ticket(typed)), "{typed}");
        }
    }

    #[test]
    fn each_letter_is_drawn_as_often_as_the_others() {
        let drawn: Vec<char> = (0..=u8::MAX).filter_map(symbol).collect();
        let times = |letter: char| drawn.iter().filter(|c| **c == letter).count();
        assert!(drawn.iter().all(|letter| times(*letter) == 10));
        let accepted = (' '..='~').filter(|c| is_plausible(&c.to_string().repeat(LENGTH)));
        assert!(accepted.eq(('0'..='Z').filter(|c| times(*c) > 0)));
        assert!(ALPHABET.len().pow(8) >= 1 << 36, "less than 36 bits");
    }

    #[test]
    fn a_drawn_ticket_is_whole() {
        let random = Randomness::system();
        let ticket = draw(&random).expect("random numbers");
        assert!(is_plausible(&ticket), "{ticket}");
        assert_ne!(draw(&random).expect("random numbers"), ticket);
    }

    #[test]
    fn the_hash_depends_on_ticket_and_node_key() {
        let (a, b) = (ContentKey::from_bytes([1; 32]), ContentKey::from_bytes([2; 32]));
        assert_eq!(hash(&a, "K7Q29XMB"), hash(&a, "K7Q29XMB"));
        assert_ne!(hash(&a, "K7Q29XMB"), hash(&b, "K7Q29XMB"));
        assert_ne!(hash(&a, "K7Q29XMB"), hash(&a, "K7Q29XMC"));
        assert!(!is_plausible("K7Q2"));
        assert!(!is_plausible("K7Q29XMBB"));
        assert!(!is_plausible("K7Q29XMU"));
    }
}
