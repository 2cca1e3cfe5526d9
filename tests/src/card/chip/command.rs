//! The instructions a chip knows, in the clear and under secure messaging.
//!
//! Owns what each instruction checks and answers. Must not write lengths or status bytes itself.

use std::sync::atomic::Ordering;

use super::{APPLICATION, Access, Chip, Transport};
use crate::{
    card::{
        active_authentication,
        apdu::{Command, Response},
        bac,
        chip_authentication::StaticKey,
        file, key,
        pace::{Pace, Step},
        secure_messaging::{SecureMessaging, Suite},
        status::{
            AUTHENTICATION_FAILED, CONDITIONS_NOT_SATISFIED, END_OF_FILE, FILE_NOT_FOUND,
            INSTRUCTION_UNKNOWN, OK, REFERENCE_NOT_FOUND, SECURITY_NOT_SATISFIED, SM_OBJECT_MISSING, Status,
            WRONG_DATA, WRONG_LENGTH, WRONG_OFFSET, WRONG_PARAMETERS,
        },
    },
    tlv::{find, tlv},
};

type Answer = Result<Response, Status>;

impl Chip {
    /// Runs one command whose protection, if any, is already off.
    pub(super) fn execute(&mut self, command: &Command) -> Response {
        let challenge = self.session.challenge.take();
        let answer = match command.instruction() {
            0xA4 => self.select(command),
            0xB0 => self.read_binary(command),
            0xB1 => self.read_binary_odd(command),
            0x84 => self.get_challenge(command),
            0x82 => self.external_authenticate(command, challenge),
            0x22 => self.set_authentication_template(command),
            0x86 => self.general_authenticate(command),
            0x88 => self.internal_authenticate(command),
            _ => Err(INSTRUCTION_UNKNOWN),
        };
        answer.unwrap_or_else(Response::status)
    }

    /// Opens a protected command, runs it and protects the answer with the same keys.
    pub(super) fn protected(&mut self, outer: &Command) -> Vec<u8> {
        let Some(mut channel) = self.session.channel.take() else {
            return Response::status(SM_OBJECT_MISSING).to_bytes();
        };
        let opened = match channel.open(outer) {
            Ok(opened) => opened,
            Err(status) => return Response::status(status).to_bytes(),
        };
        self.session.channel = Some(channel.clone());
        let response = match self.chained(opened.command) {
            Some(command) => self.execute(&command),
            None => Response::status(OK),
        };
        let status = response.status;
        let body = channel.close(&response, opened.plain_padding);
        self.session.channel = Some(channel);
        if let Some(opening) = self.session.opening.take() {
            self.session.channel = Some(opening);
        }
        self.send(outer, body, status)
    }

    /// Puts a data field together that comes in several commands; `None` while more follows.
    fn chained(&mut self, mut command: Command) -> Option<Command> {
        self.session.chained.append(&mut command.data);
        if command.class() & 0x10 != 0 {
            return None;
        }
        command.data = std::mem::take(&mut self.session.chained);
        Some(command)
    }

    fn select(&mut self, command: &Command) -> Answer {
        match (command.parameters() >> 8, command.data.as_slice()) {
            (0x04, name) if name == APPLICATION => {
                self.session.application = true;
                self.session.file = None;
                Ok(Response::status(OK))
            }
            (0x04, _) => Err(FILE_NOT_FOUND),
            (0x02, [high, low]) => {
                let identifier = u16::from_be_bytes([*high, *low]);
                self.readable(identifier)?;
                self.session.file = Some(identifier);
                Ok(Response::status(OK))
            }
            (0x02, _) => Err(WRONG_DATA),
            // SELECT MF: refused by the cards in the field, readers must do without it.
            (0x00, _) => Err(INSTRUCTION_UNKNOWN),
            _ => Err(WRONG_PARAMETERS),
        }
    }

    /// The file's content, if it exists and may be read now.
    fn readable(&self, identifier: u16) -> Result<&[u8], Status> {
        if !self.session.application {
            let access = self.data.card_access.as_deref();
            return access
                .filter(|_| identifier == file::CARD_ACCESS)
                .ok_or(FILE_NOT_FOUND);
        }
        if self.session.channel.is_none() {
            return Err(SECURITY_NOT_SATISFIED);
        }
        if identifier == file::FINGERPRINTS {
            return Err(SECURITY_NOT_SATISFIED);
        }
        self.data
            .files
            .get(&identifier)
            .map(Vec::as_slice)
            .ok_or(FILE_NOT_FOUND)
    }

    fn read_binary(&mut self, command: &Command) -> Answer {
        let parameters = command.parameters();
        let (identifier, offset) = if parameters & 0x8000 == 0 {
            (
                self.session.file.ok_or(CONDITIONS_NOT_SATISFIED)?,
                usize::from(parameters),
            )
        } else {
            (
                file::from_short(command.header[2] & 0x1F),
                usize::from(command.header[3]),
            )
        };
        let data = self.part(
            identifier,
            offset,
            (command.expected, self.room(command.extended)),
        )?;
        self.session.file = Some(identifier);
        Ok(data)
    }

    /// READ BINARY with odd instruction: the offset is a data object, so files beyond 32 KB can be read.
    fn read_binary_odd(&mut self, command: &Command) -> Answer {
        let identifier = match command.parameters() {
            0 => self.session.file.ok_or(CONDITIONS_NOT_SATISFIED)?,
            short @ 1..=0x1E => file::from_short(short.to_be_bytes()[1]),
            identifier => identifier,
        };
        let offset = find(&command.data, 0x54)
            .filter(|bytes| bytes.len() <= 4)
            .ok_or(WRONG_DATA)?;
        let offset = offset.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
        // Le counts the data object around the bytes too.
        let object = |size: usize| size.saturating_sub(tlv(0x53, &vec![0; size]).len() - size);
        let inner = self.part(
            identifier,
            offset,
            (object(command.expected), object(self.room(command.extended))),
        )?;
        self.session.file = Some(identifier);
        Ok(Response {
            data: tlv(0x53, &inner.data),
            status: inner.status,
        })
    }

    fn part(&self, identifier: u16, offset: usize, (wanted, room): (usize, usize)) -> Answer {
        let content = self.readable(identifier)?;
        let rest = content
            .get(offset..)
            .filter(|rest| !rest.is_empty())
            .ok_or(WRONG_OFFSET)?;
        let most = match self.transport {
            Transport::Most(most) => most,
            _ => usize::MAX,
        };
        let count = wanted.min(rest.len()).min(most);
        if count == 0 || count > room {
            return Err(WRONG_LENGTH);
        }
        let status = if count == rest.len() && count < wanted && wanted < 252 {
            END_OF_FILE
        } else {
            OK
        };
        Ok(Response {
            data: rest[..count].to_vec(),
            status,
        })
    }

    /// The most bytes READ BINARY may give: what fits in one response of this form.
    fn room(&self, extended: bool) -> usize {
        let line = if extended && self.transport != Transport::ShortOnly {
            65_536
        } else {
            256
        };
        self.session
            .channel
            .as_ref()
            .map_or(line, |channel| channel.capacity(line))
    }

    fn get_challenge(&mut self, command: &Command) -> Answer {
        if self.access == Access::PaceOnly || !self.session.application {
            return Err(INSTRUCTION_UNKNOWN);
        }
        if command.expected != 8 && command.expected != 256 {
            return Err(WRONG_LENGTH);
        }
        let challenge = self.randomness.bytes();
        self.session.challenge = Some(challenge);
        Ok(Response::data(challenge.to_vec()))
    }

    fn external_authenticate(&mut self, command: &Command, challenge: Option<[u8; 8]>) -> Answer {
        let challenge = challenge.ok_or(CONDITIONS_NOT_SATISFIED)?;
        let result = bac::authenticate(
            &self.secrets.mrz_information,
            challenge,
            &command.data,
            &mut self.randomness,
        );
        let Some((data, channel)) = result else {
            return Err(self.wrong_password());
        };
        self.open_channel(channel);
        Ok(Response::data(data))
    }

    fn set_authentication_template(&mut self, command: &Command) -> Answer {
        self.session.pace = None;
        self.session.chip_authentication = false;
        match command.parameters() {
            0xC1A4 if self.access == Access::BacOnly => Err(INSTRUCTION_UNKNOWN),
            0xC1A4 => self.choose_pace(command),
            0x41A4 => self.choose_chip_authentication(command),
            0x41A6 => self.set_key_agreement_template(command),
            _ => Err(WRONG_PARAMETERS),
        }
    }

    fn choose_pace(&mut self, command: &Command) -> Answer {
        let profile = self.secrets.pace;
        if find(&command.data, 0x80) != Some(profile.protocol().as_slice()) {
            return Err(WRONG_DATA);
        }
        if find(&command.data, 0x84).is_some_and(|id| id != [profile.parameters]) {
            return Err(REFERENCE_NOT_FOUND);
        }
        let password_key = match find(&command.data, 0x83) {
            Some([1]) => key::pace_key_from_mrz(profile.suite, &self.secrets.mrz_information),
            Some([2]) if !self.secrets.zone_only => key::pace_key_from_can(profile.suite, &self.secrets.can),
            _ => return Err(REFERENCE_NOT_FOUND),
        };
        self.session.pace = Some(Pace::new(profile, password_key));
        Ok(Response::status(OK))
    }

    /// Chip authentication needs a channel: what it proves is for who opened the chip.
    fn static_key(&self) -> Result<&StaticKey, Status> {
        if self.session.channel.is_none() || !self.session.application {
            return Err(SECURITY_NOT_SATISFIED);
        }
        self.secrets.static_key.as_ref().ok_or(INSTRUCTION_UNKNOWN)
    }

    fn choose_chip_authentication(&mut self, command: &Command) -> Answer {
        let protocol = self.static_key()?.profile().protocol();
        if find(&command.data, 0x80) != Some(protocol.as_slice()) {
            return Err(WRONG_DATA);
        }
        self.session.chip_authentication = true;
        Ok(Response::status(OK))
    }

    /// MSE:Set KAT: chip authentication in one command, with 3DES only (ICAO Doc 9303 part 11, 6.2.4.1).
    fn set_key_agreement_template(&mut self, command: &Command) -> Answer {
        let key = self.static_key()?;
        if key.profile().suite != Suite::TripleDes {
            return Err(WRONG_PARAMETERS);
        }
        let channel = key.agree(find(&command.data, 0x91).ok_or(WRONG_DATA)?)?;
        self.session.opening = Some(channel);
        Ok(Response::status(OK))
    }

    fn general_authenticate(&mut self, command: &Command) -> Answer {
        if std::mem::take(&mut self.session.chip_authentication) {
            let dynamic = find(&command.data, 0x7C).ok_or(WRONG_DATA)?;
            let reader = find(dynamic, 0x80).ok_or(WRONG_DATA)?;
            self.session.opening = Some(self.static_key()?.agree(reader)?);
            return Ok(Response::data(tlv(0x7C, &[])));
        }
        let run = self.session.pace.take().ok_or(CONDITIONS_NOT_SATISFIED)?;
        match run.step(&command.data, &mut self.randomness) {
            Ok(Step::Next(data, run)) => {
                self.session.pace = Some(run);
                Ok(Response::data(data))
            }
            Ok(Step::Done(data, channel)) => {
                self.open_channel(channel);
                Ok(Response::data(data))
            }
            Err(AUTHENTICATION_FAILED) => Err(self.wrong_password()),
            Err(status) => Err(status),
        }
    }

    fn internal_authenticate(&mut self, command: &Command) -> Answer {
        if self.session.channel.is_none() || !self.session.application {
            return Err(SECURITY_NOT_SATISFIED);
        }
        let key = self.secrets.chip_key.as_ref().ok_or(INSTRUCTION_UNKNOWN)?;
        if command.data.len() != 8 {
            return Err(WRONG_LENGTH);
        }
        let hash = self.secrets.chip_hash;
        active_authentication::sign(key, hash, &command.data, &mut self.randomness)
            .map(Response::data)
            .map_err(|_| CONDITIONS_NOT_SATISFIED)
    }

    /// The answer that opens a channel still goes out under the old protection, or none.
    fn open_channel(&mut self, channel: SecureMessaging) {
        self.wrong_passwords.store(0, Ordering::Relaxed);
        self.session.file = None;
        if self.session.channel.is_some() {
            self.session.opening = Some(channel);
        } else {
            self.session.channel = Some(channel);
        }
    }

    fn wrong_password(&self) -> Status {
        self.wrong_passwords.fetch_add(1, Ordering::Relaxed);
        AUTHENTICATION_FAILED
    }
}
