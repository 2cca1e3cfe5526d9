//! The seat's signature at the end, and what the server makes of it.

use super::Candidate;
use crate::door::accepted;
use anyhow::{Context, Result, ensure};
use certs::hash::sha256;
use certs::signing::verify_cose;
use exam_protocol::canonical;
use exam_protocol::record::{HAND_IN, HandIn, RECEIPT, Receipt};
use exam_protocol::route;
use exam_protocol::seat::ServerKeys;
use ring::rand::SystemRandom;

impl Candidate {
    /// The hand-in as COSE_Sign1.
    pub(super) fn signed_hand_in(&self) -> Result<Vec<u8>> {
        let (last_sequence, head) = self.journal.end();
        let form = self.form()?;
        let hand_in = HandIn {
            attempt: self.claim.attempt,
            epoch: self.claim.epoch,
            form: form.context.form,
            key_commitment: form.key_commitment,
            last_sequence,
            head,
            answers: self.journal.answers(),
        };
        Ok(self
            .key
            .sign_cose(&SystemRandom::new(), HAND_IN, canonical::encode(&hand_in))?)
    }

    /// The receipt, after its signature and its content have been found right.
    pub(super) async fn checked_receipt(&self, hand_in: &[u8]) -> Result<Receipt> {
        let response = self
            .door
            .http()
            .get(self.door.url(route::SERVER_KEYS))
            .send()
            .await?;
        let keys: ServerKeys = serde_json::from_slice(&accepted(response).await?)?;
        let envelope = self.receipt.as_deref().context("no receipt")?;
        let payload = verify_cose(&keys.receipt_key.0, RECEIPT, envelope)?;
        let receipt: Receipt = canonical::decode(&payload)?;
        self.ensure_own_seat(receipt.attempt)?;
        ensure!(
            receipt.hand_in.0 == sha256(hand_in),
            "the receipt is for something else"
        );
        let answered = u16::try_from(self.journal.answers().len())?;
        ensure!(
            receipt.answered == answered,
            "the receipt counts {} answers of {answered}",
            receipt.answered
        );
        Ok(receipt)
    }
}
