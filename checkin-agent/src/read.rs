//! The whole reading in one place: open the chip, read its files, let it prove itself, hand the evidence over.
//!
//! Order: access → SOD, DG14, DG15, DG1, DG13 (its hash only), DG2 → the server's challenge → active authentication. The
//! portrait comes before the proof, so that the challenge lives for one command only, and so that a chip which ends its
//! session over a long answer has nothing left to read. Nothing here judges, and nothing here knows PC/SC or the network.

mod failure;

use crate::apdu::Status;
use crate::card::{Card, CardError, Connection};
use crate::emrtd::access::{self, AccessKeys};
use crate::emrtd::channel::AnswerLength;
use crate::emrtd::file::{Contents, File};
use crate::emrtd::messaging::MessagingError;
use crate::emrtd::{Channel, Chip, ChipError};
use certs::travel_document::SecurityObject;
use core::ops::ControlFlow;
use exam_protocol::bytes::Bytes;
use exam_protocol::station::{CardEvidence, ReadFailure, ReadStep};
pub use failure::{ReadError, card_failure};
use rand::CryptoRng;
use zeroize::Zeroizing;

/// Answers of active authentication up to this length fit a short response in every suite; the key in DG15, and so DG15
/// itself, is never shorter than the answer.
const SURELY_SHORT: usize = 223;

/// Share of the files before the portrait in the whole, in per cent, for the progress bar.
const BEFORE_PORTRAIT: u8 = 20;

/// Is extended length known to work with this reader?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExtendedLength {
    /// Not tried yet.
    #[default]
    Unknown,
    /// It worked.
    Works,
    /// Reader or card refused it.
    Refused,
}

/// The world around a reading: who watches it, who gives the challenge, what the time is.
pub struct Desk<'d> {
    /// Is told each step; breaks to stop the reading.
    pub progress: &'d mut dyn FnMut(ReadStep) -> ControlFlow<()>,
    /// Gets the challenge of the server, or says why there is none.
    pub challenge: &'d mut dyn FnMut() -> Result<[u8; 8], ReadFailure>,
    /// Milliseconds since the card was seen.
    pub clock: &'d dyn Fn() -> u32,
}

/// One reading of one card.
pub struct Reading<'r> {
    /// What may open the chip.
    pub keys: &'r AccessKeys,
    /// What is known of the reader; updated.
    pub extended: &'r mut ExtendedLength,
    /// The random generator.
    pub rng: &'r mut dyn CryptoRng,
    /// The world around it.
    pub desk: Desk<'r>,
}

impl Reading<'_> {
    /// Reads the card. The keys are tried as [`access::open`] says, once.
    ///
    /// # Errors
    /// [`ReadError`]; the card may be asked again by a new reading.
    pub fn run(mut self, card: &mut dyn Card) -> Result<CardEvidence, ReadError> {
        self.report(ReadStep::Access)?;
        let mut channel = access::open(Chip::new(Connection::new(card)), self.keys, self.rng)?;
        let access = channel.protocol();
        let files = self.files(&mut channel)?;
        let (proof, commands) = match &files.dg15 {
            Some(dg15) => self.prove(channel, dg15.0.len() > SURELY_SHORT)?,
            None => (None, channel.commands()),
        };
        let Files {
            sod,
            dg1,
            dg2,
            dg14,
            dg15,
            dg13_hash,
        } = files;
        Ok(CardEvidence {
            access,
            sod,
            dg1,
            dg2,
            dg14,
            dg15,
            dg13_hash,
            active_authentication: proof.map(Bytes),
            apdu_count: commands,
            duration: (self.desk.clock)(),
        })
    }

    fn report(&mut self, step: ReadStep) -> Result<(), ReadError> {
        match (self.desk.progress)(step) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ReadError::Desk(ReadFailure::Cancelled)),
        }
    }

    fn files(&mut self, channel: &mut Channel<'_>) -> Result<Files, ReadError> {
        let sod = self.required(channel, File::SOD)?;
        // What cannot be parsed here goes to the server all the same: it judges.
        let security = SecurityObject::parse(&sod.0).ok();
        let listed = |number| {
            security
                .as_ref()
                .is_none_or(|security| security.hash_of(number).is_some())
        };
        let dg14 = if listed(14) {
            self.optional(channel, File::DG14)?
        } else {
            None
        };
        let dg15 = if listed(15) {
            self.optional(channel, File::DG15)?
        } else {
            None
        };
        let dg1 = self.required(channel, File::DG1)?;
        let dg13_hash = match &security {
            Some(security) if listed(13) => self.citizen_data_hash(channel, security)?,
            _ => None,
        };
        let dg2 = self.required(channel, File::DG2)?;
        Ok(Files {
            sod,
            dg1,
            dg2,
            dg14,
            dg15,
            dg13_hash,
        })
    }

    /// Hashes DG13 and forgets it: ethnicity, religion and parents never leave this function.
    fn citizen_data_hash(
        &mut self,
        channel: &mut Channel<'_>,
        security: &SecurityObject<'_>,
    ) -> Result<Option<Bytes>, ReadError> {
        let Some(dg13) = self.file(channel, File::DG13)? else {
            return Ok(None);
        };
        let hash = security.digest(&dg13);
        if security.hash_of(13) != Some(hash.as_slice()) {
            tracing::warn!("DG13 không khớp chữ ký trên thẻ / DG13 does not match the card's signed hash");
        }
        Ok(Some(Bytes(hash)))
    }

    fn required(&mut self, channel: &mut Channel<'_>, file: File) -> Result<Bytes, ReadError> {
        self.optional(channel, file)?.ok_or(ReadError::Missing(file.name))
    }

    fn optional(&mut self, channel: &mut Channel<'_>, file: File) -> Result<Option<Bytes>, ReadError> {
        Ok(self
            .file(channel, file)?
            .map(|mut bytes| Bytes(core::mem::take(&mut *bytes))))
    }

    /// A file that is absent, or that the chip does not give, is no error.
    fn file(
        &mut self,
        channel: &mut Channel<'_>,
        file: File,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, ReadError> {
        let progress = &mut *self.desk.progress;
        let mut last = None;
        let mut watch = |done: usize, size: usize| {
            let percent = percent(file, done, size);
            if last == Some(percent) {
                return ControlFlow::Continue(());
            }
            last = Some(percent);
            progress(ReadStep::Reading(percent))
        };
        if watch(0, 1).is_break() {
            return Err(ReadError::Desk(ReadFailure::Cancelled));
        }
        match channel.read_file(file, &mut watch)? {
            Contents::Read(bytes) => Ok(Some(bytes)),
            Contents::Absent => Ok(None),
            Contents::Refused => {
                tracing::info!(
                    file = file.name,
                    "thẻ không cho đọc tệp / the card does not give this file"
                );
                Ok(None)
            }
        }
    }

    /// Active authentication over the server's challenge; a chip that refuses it has simply not proved itself.
    fn prove(&mut self, mut channel: Channel<'_>, long: bool) -> Result<(Option<Vec<u8>>, u32), ReadError> {
        self.report(ReadStep::ChipProof)?;
        let challenge = (self.desk.challenge)().map_err(ReadError::Desk)?;
        let mut answer = Err(ChipError::Refused {
            step: "INTERNAL AUTHENTICATE",
            status: Status::WrongLength,
        });
        if long && *self.extended != ExtendedLength::Refused {
            answer = channel.internal_authenticate(&challenge, AnswerLength::Extended);
            match answer {
                Ok(_) => *self.extended = ExtendedLength::Works,
                Err(error) if may_be_the_length(error) => {
                    *self.extended = ExtendedLength::Refused;
                    // The chip or the reader lost the session over it.
                    if !matches!(error, ChipError::Refused { .. }) {
                        channel = self.reopen(channel)?;
                    }
                }
                Err(_) => {}
            }
        }
        if answer.as_ref().is_err_and(|&error| may_be_the_length(error)) {
            answer = channel.internal_authenticate(&challenge, AnswerLength::Short);
        }
        if let Err(ChipError::Messaging(MessagingError::Unprotected(_))) = answer {
            channel = self.reopen(channel)?;
            answer = channel.internal_authenticate(&challenge, AnswerLength::Short);
        }
        let commands = channel.commands();
        match answer {
            Ok(answer) => Ok((Some(answer), commands)),
            Err(ChipError::Refused { status, .. }) => {
                tracing::warn!(%status, "chip không trả lời xác thực chủ động / the chip refused active authentication");
                Ok((None, commands))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn reopen<'c>(&mut self, channel: Channel<'c>) -> Result<Channel<'c>, ReadError> {
        Ok(access::open(channel.close(), self.keys, self.rng)?)
    }
}

/// Files for the server.
struct Files {
    sod: Bytes,
    dg1: Bytes,
    dg2: Bytes,
    dg14: Option<Bytes>,
    dg15: Option<Bytes>,
    dg13_hash: Option<Bytes>,
}

/// Can this be how reader or card say that they know no extended length?
fn may_be_the_length(error: ChipError) -> bool {
    matches!(
        error,
        ChipError::Refused {
            status: Status::WrongLength,
            ..
        } | ChipError::Messaging(MessagingError::Unprotected(_))
            | ChipError::Card(CardError::Transmission)
    )
}

/// How much of the whole is done, in steps of 5 per cent.
fn percent(file: File, done: usize, size: usize) -> u8 {
    let (start, span) = match file {
        File::SOD => (0, 5),
        File::DG14 => (5, 3),
        File::DG15 => (8, 3),
        File::DG1 => (11, 2),
        File::DG13 => (13, BEFORE_PORTRAIT - 13),
        _ => (BEFORE_PORTRAIT, 100 - BEFORE_PORTRAIT),
    };
    let share = u8::try_from(done * usize::from(span) / size.max(1))
        .unwrap_or(span)
        .min(span);
    (start + share) / 5 * 5
}

#[cfg(test)]
mod tests;
