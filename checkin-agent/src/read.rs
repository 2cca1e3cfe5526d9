//! The whole reading in one place: open the chip, read its files, let it prove itself, hand the evidence over.
//!
//! Order: access → [COM] → SOD, DG14, DG15, DG1, [DG11, DG12 and others], DG13 (its hash), DG2 → the server's challenge →
//! active authentication → chip authentication by the server [or by this program]. The portrait comes before the proof, so
//! that the challenge lives for one command only, and so that a chip which ends its session over a long answer has nothing
//! left to read. Nothing here judges, and nothing here knows PC/SC or the network.

mod failure;
mod kept;
mod session;

use crate::card::{Card, Connection, Line};
use crate::emrtd::access::AccessKeys;
use crate::emrtd::chip_key::chip_keys;
use crate::emrtd::file::{Contents, File, Partial};
use crate::emrtd::{Chip, ChipError, Relayed};
use certs::travel_document::SecurityObject;
use core::ops::ControlFlow;
use exam_protocol::bytes::Bytes;
use exam_protocol::station::{AccessProtocol, CardEvidence, ChipAuthenticationRelay, ReadFailure, ReadStep};
pub use failure::{ReadError, card_failure};
pub use kept::Kept;
use rand::CryptoRng;
use session::Session;
use zeroize::Zeroizing;

/// Answers of active authentication up to this length fit a short response in every suite; the key in DG15, and so DG15
/// itself, is never shorter than the answer.
const SURELY_SHORT: usize = 223;

/// Share of the files before the portrait in the whole, in per cent, for the progress bar.
const BEFORE_PORTRAIT: u8 = 20;

/// What to read beside what every check-in needs (SOD, DG1, DG2, DG14, DG15 and the hash of DG13).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// EF.COM, and every other data group that the card lists and this program knows (DG3, which is refused, among them).
    pub everything: bool,
    /// DG13 itself and not only its hash: for the holder's own look at the card, never for a server.
    pub citizen_data: bool,
    /// Chip authentication, at the end. It proves something to this program only.
    pub chip_authentication: bool,
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

/// Gets from the server what to relay to a chip with this EF.DG14: nothing where the server does not want it.
pub type AskServer<'d> = dyn FnMut(&[u8]) -> Result<Option<ChipAuthenticationRelay>, ReadFailure> + 'd;

/// One reading of one card.
pub struct Reading<'r> {
    /// What may open the chip.
    pub keys: &'r AccessKeys,
    /// What is known of the line to the card; updated.
    pub line: &'r mut Line,
    /// What an earlier stay of the same card gave; updated, also when the reading fails.
    pub kept: &'r mut Kept,
    /// What to read.
    pub wanted: Wanted,
    /// The random generator.
    pub rng: &'r mut dyn CryptoRng,
    /// The world around it.
    pub desk: Desk<'r>,
}

/// The parts of a [`Reading`] that its steps use while the session borrows the line.
struct Steps<'r> {
    kept: &'r mut Kept,
    wanted: Wanted,
    rng: &'r mut dyn CryptoRng,
    desk: Desk<'r>,
}

impl Reading<'_> {
    /// Reads the card. The keys are tried as [`crate::emrtd::access::open`] says, once.
    ///
    /// # Errors
    /// [`ReadError`]; the card may be asked again by a new reading, which goes on with what is [`Kept`].
    pub fn run(self, card: &mut dyn Card) -> Result<CardEvidence, ReadError> {
        self.run_relaying(card, &mut |_| Ok(None))
    }

    /// As [`Self::run`], with chip authentication by the server at the end; what came of it is [`Kept::relayed`].
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn run_relaying(
        self,
        card: &mut dyn Card,
        ask: &mut AskServer<'_>,
    ) -> Result<CardEvidence, ReadError> {
        let Self {
            keys,
            line,
            kept,
            wanted,
            rng,
            desk,
        } = self;
        let mut steps = Steps {
            kept,
            wanted,
            rng,
            desk,
        };
        steps.report(ReadStep::Access)?;
        let mut session = Session::open(Chip::new(Connection::new(card, line)), keys, steps.rng)?;
        let access = session.channel().protocol();
        let card_access = session.channel().card_access().map(<[u8]>::to_vec);
        session = steps.files(session)?;
        steps.kept.card_access = card_access;
        let (session, proof) = steps.active_authentication(session)?;
        let session = steps.relay_chip_authentication(session, ask)?;
        let mut session = steps.chip_authentication(session)?;
        let commands = session.channel().commands();
        steps.evidence(access, proof, commands)
    }
}

impl Steps<'_> {
    fn report(&mut self, step: ReadStep) -> Result<(), ReadError> {
        match (self.desk.progress)(step) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ReadError::Desk(ReadFailure::Cancelled)),
        }
    }

    fn files<'s, 'c>(&mut self, mut session: Session<'s, 'c>) -> Result<Session<'s, 'c>, ReadError> {
        if self.wanted.everything {
            session = self.file(session, File::COM)?;
        }
        session = self.security_object(session)?;
        let sod = Zeroizing::new(self.required(File::SOD)?.to_vec());
        // What cannot be parsed here goes to the server all the same: it judges.
        let security = SecurityObject::parse(&sod).ok();
        let listed = self.listed(security.as_ref());
        let is_listed = |number: u8| listed.as_ref().is_none_or(|listed| listed.contains(&number));
        for number in [14, 15, 1] {
            if is_listed(number) || number == 1 {
                session = self.data_group(session, number)?;
            }
        }
        self.required(File::DG1)?;
        if self.wanted.everything {
            let others = listed.clone().unwrap_or_else(|| vec![11, 12]);
            for number in others
                .into_iter()
                .filter(|number| !matches!(number, 1 | 2 | 13 | 14 | 15))
            {
                session = self.data_group(session, number)?;
            }
        }
        if let Some(security) = security.filter(|_| is_listed(13)) {
            session = self.citizen_data_hash(session, &security)?;
        }
        session = self.data_group(session, 2)?;
        self.required(File::DG2)?;
        Ok(session)
    }

    /// Which data groups there are: by the security object, else by EF.COM if that was read, else nobody knows.
    fn listed(&self, security: Option<&SecurityObject<'_>>) -> Option<Vec<u8>> {
        if let Some(security) = security {
            return Some(security.data_groups().collect());
        }
        let common = crate::apdu::tlv::only(self.kept.bytes(File::COM)?, File::COM.tag)?;
        let tags = crate::apdu::tlv::find(common, 0x5C)?;
        let known = (1..=16).filter(|&number| {
            File::data_group(number).is_some_and(|file| tags.iter().any(|&tag| u16::from(tag) == file.tag))
        });
        Some(known.collect())
    }

    /// Reads the security object anew when the card may have been changed under a reading that goes on.
    fn security_object<'s, 'c>(&mut self, session: Session<'s, 'c>) -> Result<Session<'s, 'c>, ReadError> {
        let Some(kept) = self.kept.bytes(File::SOD).map(<[u8]>::to_vec) else {
            return self.file(session, File::SOD);
        };
        let partial = self.kept.partial.take();
        let session = self.read_again(session, File::SOD)?;
        let read = self.kept.bytes(File::SOD).map(<[u8]>::to_vec).unwrap_or_default();
        if read == kept {
            self.kept.partial = partial;
            return Ok(session);
        }
        // Another card was laid down: nothing of the first one is kept.
        *self.kept = Kept::default();
        self.kept.keep(File::SOD, Contents::Read(Zeroizing::new(read)));
        Ok(session)
    }

    fn data_group<'s, 'c>(
        &mut self,
        session: Session<'s, 'c>,
        number: u8,
    ) -> Result<Session<'s, 'c>, ReadError> {
        match File::data_group(number) {
            Some(file) => self.file(session, file),
            None => Ok(session),
        }
    }

    /// Hashes DG13 and forgets it, unless its content is wanted here: ethnicity, religion and parents are no evidence.
    fn citizen_data_hash<'s, 'c>(
        &mut self,
        session: Session<'s, 'c>,
        security: &SecurityObject<'_>,
    ) -> Result<Session<'s, 'c>, ReadError> {
        if self.kept.dg13_hash.is_some() {
            return Ok(session);
        }
        let (session, contents) = self.read(session, File::DG13)?;
        if let Contents::Read(dg13) = &contents {
            let hash = security.digest(dg13);
            if security.hash_of(13) != Some(hash.as_slice()) {
                tracing::warn!(
                    "DG13 không khớp chữ ký trên thẻ / DG13 does not match the card's signed hash"
                );
            }
            self.kept.dg13_hash = Some(Bytes(hash));
        }
        if self.wanted.citizen_data {
            self.kept.keep(File::DG13, contents);
        }
        Ok(session)
    }

    fn required(&self, file: File) -> Result<&[u8], ReadError> {
        self.kept.bytes(file).ok_or(ReadError::Missing(file.name))
    }

    /// A file that is absent, or that the chip does not give, is no error; one that is kept is not read again.
    fn file<'s, 'c>(&mut self, session: Session<'s, 'c>, file: File) -> Result<Session<'s, 'c>, ReadError> {
        if self.kept.contents(file).is_some() {
            return Ok(session);
        }
        self.read_again(session, file)
    }

    fn read_again<'s, 'c>(
        &mut self,
        session: Session<'s, 'c>,
        file: File,
    ) -> Result<Session<'s, 'c>, ReadError> {
        let (session, contents) = self.read(session, file)?;
        self.kept.keep(file, contents);
        Ok(session)
    }

    fn read<'s, 'c>(
        &mut self,
        session: Session<'s, 'c>,
        file: File,
    ) -> Result<(Session<'s, 'c>, Contents), ReadError> {
        let (mut reported, mut stopped) = (None, false);
        let mut partial = match self.kept.partial.take() {
            Some((started, partial)) if started == file => partial,
            _ => Partial::default(),
        };
        let progress = &mut self.desk.progress;
        let outcome = session.attempt(self.rng, |channel, _| {
            channel.go_on_reading(file, &mut partial, &mut |done, size| {
                let step = ReadStep::Reading(percent(file, done, size));
                if reported == Some(step) {
                    return ControlFlow::Continue(());
                }
                reported = Some(step);
                let answer = progress(step);
                stopped |= answer.is_break();
                answer
            })
        });
        // What was read of DG13 is not kept either.
        if outcome.is_err() && file != File::DG13 {
            self.kept.partial = Some((file, partial));
        }
        match outcome {
            Err(ChipError::Stopped) if stopped => Err(ReadError::Desk(ReadFailure::Cancelled)),
            outcome => Ok(outcome?),
        }
    }

    /// Active authentication with the server's challenge, if there is a key for it. A chip that refuses it gives no proof; that
    /// is for the server to judge.
    fn active_authentication<'s, 'c>(
        &mut self,
        session: Session<'s, 'c>,
    ) -> Result<(Session<'s, 'c>, Option<Vec<u8>>), ReadError> {
        let Some(long) = self.kept.bytes(File::DG15).map(|dg15| dg15.len() > SURELY_SHORT) else {
            return Ok((session, None));
        };
        self.report(ReadStep::ChipProof)?;
        let challenge = (self.desk.challenge)().map_err(ReadError::Desk)?;
        let outcome = session.attempt(self.rng, |channel, _| {
            match channel.internal_authenticate(&challenge, long) {
                Err(ChipError::Refused { status, .. }) => Ok(Err(status)),
                answer => answer.map(Ok),
            }
        });
        match outcome? {
            (session, Ok(answer)) => Ok((session, Some(answer))),
            (session, Err(status)) => {
                tracing::warn!(%status, "chip không trả lời xác thực chủ động / the chip refused active authentication");
                Ok((session, None))
            }
        }
    }

    /// Chip authentication by the server, where there is a key for it.
    fn relay_chip_authentication<'s, 'c>(
        &mut self,
        session: Session<'s, 'c>,
        ask: &mut AskServer<'_>,
    ) -> Result<Session<'s, 'c>, ReadError> {
        let Some(dg14) = self
            .kept
            .bytes(File::DG14)
            .filter(|dg14| !chip_keys(dg14).is_empty())
        else {
            return Ok(session);
        };
        let Some(relay) = ask(dg14).map_err(ReadError::Desk)? else {
            return Ok(session);
        };
        let (session, relayed) =
            session.attempt(self.rng, |channel, _| channel.relay_chip_authentication(&relay))?;
        if let Relayed::Refused(status) = relayed {
            tracing::warn!(%status, "chip không nhận xác thực chip của máy chủ / the chip refused the server's chip authentication");
        }
        self.kept.relayed = Some(relayed);
        Ok(session)
    }

    /// Chip authentication with the best key of DG14, where it is wanted.
    fn chip_authentication<'s, 'c>(
        &mut self,
        session: Session<'s, 'c>,
    ) -> Result<Session<'s, 'c>, ReadError> {
        let keys = self.kept.bytes(File::DG14).map(chip_keys).unwrap_or_default();
        let Some(key) = keys.first().filter(|_| self.wanted.chip_authentication) else {
            return Ok(session);
        };
        self.report(ReadStep::ChipProof)?;
        let (session, proof) =
            session.attempt(self.rng, |channel, rng| channel.authenticate_chip(key, rng))?;
        self.kept.chip_proof = Some(proof);
        Ok(session)
    }

    fn evidence(
        &self,
        access: AccessProtocol,
        proof: Option<Vec<u8>>,
        commands: u32,
    ) -> Result<CardEvidence, ReadError> {
        let optional = |file| self.kept.bytes(file).map(|bytes| Bytes(bytes.to_vec()));
        Ok(CardEvidence {
            access,
            sod: Bytes(self.required(File::SOD)?.to_vec()),
            dg1: Bytes(self.required(File::DG1)?.to_vec()),
            dg2: Bytes(self.required(File::DG2)?.to_vec()),
            dg14: optional(File::DG14),
            dg15: optional(File::DG15),
            dg13_hash: self.kept.dg13_hash.clone(),
            active_authentication: proof.map(Bytes),
            apdu_count: commands,
            duration: (self.desk.clock)(),
        })
    }
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
