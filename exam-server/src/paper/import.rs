//! One form for each attempt: shuffled by a fresh seed, sealed under fresh keys, the keys wrapped. Plain rules; what is
//! random comes from the caller's generator.

use super::keyring::{Place, Purpose, wrap};
use crate::clock::NoRandomness;
use certs::hash::sha256;
use certs::seal::ContentKey;
use exam_protocol::bytes::{Digest, Fixed};
use exam_protocol::canonical;
use exam_protocol::id::{AttemptId, FormId, SittingId};
use question_bank::form::Form;
use question_bank::key::KeySheet;
use question_bank::paper::Paper;
use question_bank::redact::candidate_paper;
use question_bank::seal::{seal_key_sheet, seal_paper};
use ring::rand::SecureRandom;
use std::collections::HashSet;

/// Most attempts of a sitting: every form has a four-digit code of its own.
pub const MOST_FORMS: usize = 9_000;

/// A sealed paper for a whole sitting.
#[derive(Clone, Debug)]
pub struct NewPaper {
    /// The sitting's key under the node key.
    pub wrapped_sitting_key: Vec<u8>,
    /// Questions in each form.
    pub questions: u16,
    /// One for each attempt.
    pub forms: Vec<NewForm>,
}

/// A sealed form.
#[derive(Clone, Debug)]
pub struct NewForm {
    /// Id.
    pub id: FormId,
    /// Whose.
    pub attempt: AttemptId,
    /// Four digits.
    pub code: String,
    /// The paper in the candidate's order, sealed.
    pub sealed_paper: Vec<u8>,
    /// Its key under the sitting's key.
    pub wrapped_paper_key: Vec<u8>,
    /// The key sheet, sealed.
    pub sealed_answer_key: Vec<u8>,
    /// Its key and the form's seed under the sitting's key.
    pub wrapped_answer_key: Vec<u8>,
    /// Commitment to the paper's key.
    pub key_commitment: Digest,
    /// SHA-256 of the seed: lets an inspector check later that the form is what the seed gives.
    pub seed_commitment: Digest,
}

/// Why forms could not be made.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// More attempts than four-digit codes.
    #[error("một ca thi có tối đa {MOST_FORMS} mã đề / a sitting has at most {MOST_FORMS} forms")]
    TooMany,
    /// The machine gave no randomness.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// A key could not be made or wrapped.
    #[error(transparent)]
    Certs(#[from] certs::Error),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] question_bank::seal::Error),
}

/// Makes, seals and wraps a form for each attempt.
///
/// # Errors
/// [`NotMade`] says why not.
pub fn make(
    paper: &Paper,
    sitting: SittingId,
    attempts: &[AttemptId],
    node: &ContentKey,
    random: &dyn SecureRandom,
) -> Result<NewPaper, NotMade> {
    if attempts.len() > MOST_FORMS {
        return Err(NotMade::TooMany);
    }
    let sitting_key = ContentKey::generate(random)?;
    let mut codes = HashSet::new();
    let forms = attempts.iter().map(|attempt| {
        let code = new_code(&mut codes, random)?;
        make_form(paper, sitting, *attempt, &code, &sitting_key, random)
    });
    let forms = forms.collect::<Result<_, NotMade>>()?;
    let wrapped_sitting_key = wrap(node, random, Place::Sitting(sitting), sitting_key.as_bytes())?;
    Ok(NewPaper {
        wrapped_sitting_key,
        questions: u16::try_from(paper.questions().count()).unwrap_or(u16::MAX),
        forms,
    })
}

fn make_form(
    paper: &Paper,
    sitting: SittingId,
    attempt: AttemptId,
    code: &str,
    sitting_key: &ContentKey,
    random: &dyn SecureRandom,
) -> Result<NewForm, NotMade> {
    let seed: [u8; 32] = random_bytes(random)?;
    let id = FormId::from_random(random_bytes(random)?);
    let form = Form::make(paper, code, seed);
    let (sealed, key) = seal_paper(&candidate_paper(paper, &form), sitting, id, random)?;
    let (sealed_sheet, sheet_key) = seal_key_sheet(&KeySheet::of(paper, &form), sitting, id, random)?;
    let place = |purpose| Place::Form(sitting, id, purpose);
    let sheet_secret = [sheet_key.as_bytes().as_slice(), &seed].concat();
    Ok(NewForm {
        id,
        attempt,
        code: code.to_owned(),
        wrapped_paper_key: wrap(sitting_key, random, place(Purpose::Paper), key.as_bytes())?,
        wrapped_answer_key: wrap(sitting_key, random, place(Purpose::AnswerKey), &sheet_secret)?,
        key_commitment: sealed.key_commitment,
        sealed_paper: canonical::encode(&sealed),
        sealed_answer_key: canonical::encode(&sealed_sheet),
        seed_commitment: Fixed(sha256(&seed)),
    })
}

/// A four-digit code from 1000 on that this sitting does not have yet.
fn new_code(taken: &mut HashSet<u16>, random: &dyn SecureRandom) -> Result<String, NoRandomness> {
    loop {
        let bytes: [u8; 4] = random_bytes(random)?;
        let code = u16::try_from(u32::from_be_bytes(bytes) % 9_000).unwrap_or(0) + 1_000;
        if taken.insert(code) {
            return Ok(code.to_string());
        }
    }
}

fn random_bytes<const N: usize>(random: &dyn SecureRandom) -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    random.fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}
