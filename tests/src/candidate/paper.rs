//! Opening the sealed form with the key that the server releases at the start.

use super::Candidate;
use anyhow::{Result, ensure};
use certs::seal::{ContentKey, key_commitment, open};
use exam_protocol::bytes::Fixed;
use exam_protocol::canonical;
use exam_protocol::id::FormId;
use exam_protocol::paper::KEY_COMMITMENT_LABEL;

impl Candidate {
    pub(super) fn open(&mut self, form: FormId, key: &Fixed<32>) -> Result<()> {
        let sealed = self.form()?;
        ensure!(sealed.context.form == form, "a key for another form");
        let key = ContentKey::from_bytes(key.0);
        let context = canonical::encode(&sealed.context);
        let commitment = key_commitment(KEY_COMMITMENT_LABEL, &context, &key);
        ensure!(
            commitment == sealed.key_commitment.0,
            "not the key that was committed to"
        );
        let nonce = sealed.nonce.0.as_slice().try_into()?;
        let plain = open(&key, &nonce, &context, &sealed.ciphertext.0)?;
        self.paper = Some(canonical::decode(&plain)?);
        Ok(())
    }
}
