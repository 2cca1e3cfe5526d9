//! Sealing papers and key sheets for the time until they may be read: AES-256-GCM with a fresh key for each, bound to
//! the sitting, the form and the kind of content, with a commitment to the key. Must never reuse a key.

use crate::key::KeySheet;
use certs::seal::{ContentKey, Sealed, key_commitment, open, seal};
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::canonical::{self, NotCanonical};
use exam_protocol::id::{FormId, SittingId};
use exam_protocol::paper::{CandidatePaper, KEY_COMMITMENT_LABEL, SealContext, SealedForm};
use ring::rand::SecureRandom;

/// [`SealContext::content`] of what a seat opens at the start.
pub const PAPER: &str = "paper";
/// [`SealContext::content`] of what is opened after closing.
pub const ANSWER_KEY: &str = "answer-key";

/// Why something could not be sealed or opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The generator gave nothing, the key is another one, or bytes were changed.
    #[error("{0}")]
    Seal(certs::Error),
    /// The seal is of another kind of content, such as a paper where a key sheet was asked for.
    #[error("the seal is not of the content “{0}”")]
    OtherContent(&'static str),
    /// The key opens the seal but is not the one that was committed to.
    #[error("the key is not the one that was committed to")]
    OtherKey,
    /// What was sealed is not the expected structure.
    #[error("sealed content: {0}")]
    Content(NotCanonical),
}

/// Seals a candidate's paper under a fresh key.
///
/// # Errors
/// [`Error::Seal`] when the generator gives nothing.
pub fn seal_paper(
    paper: &CandidatePaper,
    sitting: SittingId,
    form: FormId,
    rng: &dyn SecureRandom,
) -> Result<(SealedForm, ContentKey), Error> {
    let context = SealContext {
        content: PAPER.to_owned(),
        sitting,
        form,
    };
    seal_bytes(context, &canonical::encode(paper), rng)
}

/// Seals a key sheet under a fresh key of its own.
///
/// # Errors
/// [`Error::Seal`] when the generator gives nothing.
pub fn seal_key_sheet(
    sheet: &KeySheet,
    sitting: SittingId,
    form: FormId,
    rng: &dyn SecureRandom,
) -> Result<(SealedForm, ContentKey), Error> {
    let context = SealContext {
        content: ANSWER_KEY.to_owned(),
        sitting,
        form,
    };
    seal_bytes(context, &sheet.to_bytes(), rng)
}

/// Opens a candidate's paper.
///
/// # Errors
/// Another key, changed bytes, another kind of content.
pub fn open_paper(sealed: &SealedForm, key: &ContentKey) -> Result<CandidatePaper, Error> {
    canonical::decode(&open_bytes(sealed, key, PAPER)?).map_err(Error::Content)
}

/// Opens a key sheet.
///
/// # Errors
/// Another key, changed bytes, another kind of content.
pub fn open_key_sheet(sealed: &SealedForm, key: &ContentKey) -> Result<KeySheet, Error> {
    KeySheet::from_bytes(&open_bytes(sealed, key, ANSWER_KEY)?).map_err(Error::Content)
}

fn seal_bytes(
    context: SealContext,
    plaintext: &[u8],
    rng: &dyn SecureRandom,
) -> Result<(SealedForm, ContentKey), Error> {
    let key = ContentKey::generate(rng).map_err(Error::Seal)?;
    let bound = canonical::encode(&context);
    let Sealed { nonce, ciphertext } = seal(&key, rng, &bound, plaintext).map_err(Error::Seal)?;
    let sealed = SealedForm {
        context,
        nonce: Bytes(nonce.to_vec()),
        ciphertext: Bytes(ciphertext),
        key_commitment: Fixed(key_commitment(KEY_COMMITMENT_LABEL, &bound, &key)),
    };
    Ok((sealed, key))
}

fn open_bytes(sealed: &SealedForm, key: &ContentKey, content: &'static str) -> Result<Vec<u8>, Error> {
    if sealed.context.content != content {
        return Err(Error::OtherContent(content));
    }
    let bound = canonical::encode(&sealed.context);
    if key_commitment(KEY_COMMITMENT_LABEL, &bound, key) != sealed.key_commitment.0 {
        return Err(Error::OtherKey);
    }
    // A nonce of another length is a changed seal like any other.
    let nonce = sealed
        .nonce
        .0
        .as_slice()
        .try_into()
        .map_err(|_| Error::OtherContent(content))?;
    open(key, nonce, &bound, &sealed.ciphertext.0).map_err(Error::Seal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::time::Millis;
    use ring::rand::SystemRandom;

    fn ids() -> (SittingId, FormId) {
        (SittingId::from_random([1; 16]), FormId::from_random([2; 16]))
    }

    fn sealed_sheet() -> (KeySheet, SealedForm, ContentKey) {
        let sheet = KeySheet {
            form_code: "0101".into(),
            lines: vec![],
        };
        let (sitting, form) = ids();
        let (sealed, key) = seal_key_sheet(&sheet, sitting, form, &SystemRandom::new()).unwrap();
        (sheet, sealed, key)
    }

    #[test]
    fn what_was_sealed_comes_back() {
        let (sheet, sealed, key) = sealed_sheet();
        assert_eq!(open_key_sheet(&sealed, &key), Ok(sheet));
        let paper = CandidatePaper {
            title: "Kiểm tra".into(),
            subject: "Toán".into(),
            form_code: "0101".into(),
            duration: Millis::minutes(45),
            sections: vec![],
            media: vec![],
        };
        let (sitting, form) = ids();
        let (sealed, key) = seal_paper(&paper, sitting, form, &SystemRandom::new()).unwrap();
        assert_eq!(open_paper(&sealed, &key), Ok(paper));
    }

    #[test]
    fn a_key_sheet_is_never_taken_for_a_paper() {
        let (_, mut sealed, key) = sealed_sheet();
        assert_eq!(open_paper(&sealed, &key), Err(Error::OtherContent(PAPER)));
        // Renaming the content breaks the commitment first and the authentication after it.
        sealed.context.content = PAPER.to_owned();
        assert_eq!(open_paper(&sealed, &key), Err(Error::OtherKey));
        let bound = canonical::encode(&sealed.context);
        sealed.key_commitment = Fixed(key_commitment(KEY_COMMITMENT_LABEL, &bound, &key));
        assert!(matches!(open_paper(&sealed, &key), Err(Error::Seal(_))));
    }

    #[test]
    fn another_key_or_a_changed_byte_is_refused() {
        let (_, mut sealed, key) = sealed_sheet();
        let (_, _, other) = sealed_sheet();
        assert_eq!(open_key_sheet(&sealed, &other), Err(Error::OtherKey));
        sealed.ciphertext.0[0] ^= 1;
        assert!(matches!(open_key_sheet(&sealed, &key), Err(Error::Seal(_))));
        sealed.nonce.0.pop();
        assert!(open_key_sheet(&sealed, &key).is_err());
    }
}
