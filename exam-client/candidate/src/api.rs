//! The candidate page's requests. The only file that knows their paths; must not keep anything.

use exam_browser::crypto::{CryptoError, SeatKey};
use exam_browser::fetch::{Failure, get, get_bytes, post};
use exam_protocol::bytes::Fixed;
use exam_protocol::route;
use exam_protocol::seat::{ClaimRequest, ClaimResponse, ServerKeys, claim_proof_input, normalise_ticket};

/// Why a seat was not claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimFailure {
    /// The browser could not make or use a key.
    Key,
    /// The request failed.
    Request(Failure),
}

impl From<CryptoError> for ClaimFailure {
    fn from(_: CryptoError) -> Self {
        Self::Key
    }
}

/// Claims a seat with a ticket and a fresh key.
///
/// # Errors
/// [`ClaimFailure`].
pub async fn claim(typed: &str, key: &SeatKey) -> Result<ClaimResponse, ClaimFailure> {
    let ticket = normalise_ticket(typed);
    let proof = key.sign(&claim_proof_input(&ticket, &key.public())).await?;
    let request = ClaimRequest {
        ticket,
        key: key.public(),
        proof,
    };
    post(route::SEAT_CLAIM, &request)
        .await
        .map_err(ClaimFailure::Request)
}

/// Downloads the sealed form of a claimed seat.
///
/// # Errors
/// [`Failure`].
pub async fn form(token: &Fixed<32>) -> Result<Vec<u8>, Failure> {
    get_bytes(route::SEAT_FORM, &token.to_string()).await
}

/// The keys that receipts are checked with.
///
/// # Errors
/// [`Failure`].
pub async fn server_keys() -> Result<ServerKeys, Failure> {
    get(route::SERVER_KEYS).await
}
