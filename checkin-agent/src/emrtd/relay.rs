//! Chip authentication by the server (ICAO 9303-11, section 6.2): its commands go to the chip, and the chip's first answer
//! under keys that only server and chip have comes back as it is.
//!
//! Passes on nothing but what this protocol needs: with free commands a server could read files that never leave the desk.

use super::{Channel, ChipError};
use crate::apdu::command::SHORT_MAXIMUM;
use crate::apdu::{Command, Status};
use exam_protocol::station::{CardCommand, ChipAuthenticationRelay};

/// `MSE:Set` and `GENERAL AUTHENTICATE`.
const ALLOWED: [u8; 2] = [0x22, 0x86];

/// SELECT of a file by its identifier, under protection, without asking for a template.
const SELECT: [u8; 4] = [0x0C, 0xA4, 0x02, 0x0C];

/// Most commands before the protected one.
const MOST_COMMANDS: usize = 3;

/// What the chip made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relayed {
    /// The whole response to the protected command: data and status word.
    Answered(Vec<u8>),
    /// The chip refused a command before.
    Refused(Status),
    /// The server asked for something else than chip authentication.
    NotRelayed,
}

impl Channel<'_> {
    /// Relays; afterwards this channel is of no use, unless the chip refused.
    ///
    /// # Errors
    /// The card went away, or the session broke before the new keys were used.
    pub fn relay_chip_authentication(
        &mut self,
        relay: &ChipAuthenticationRelay,
    ) -> Result<Relayed, ChipError> {
        let Some((commands, first)) = checked(relay) else {
            return Ok(Relayed::NotRelayed);
        };
        for command in &commands {
            let status = self.exchange_long(command)?.status;
            if status != Status::Success {
                return Ok(Relayed::Refused(status));
            }
        }
        let response = self.exchange_as_it_is(&first)?;
        Ok(Relayed::Answered(
            [&response.data[..], &response.status.word().to_be_bytes()].concat(),
        ))
    }
}

fn checked(relay: &ChipAuthenticationRelay) -> Option<(Vec<Command>, Command)> {
    let first = Command::parse_short(&relay.first_protected.0).filter(|first| first.header() == SELECT)?;
    let commands: Option<Vec<_>> = relay.commands.iter().map(command).collect();
    Some((
        commands.filter(|commands| commands.len() <= MOST_COMMANDS)?,
        first,
    ))
}

fn command(wanted: &CardCommand) -> Option<Command> {
    let [class, instruction, ..] = wanted.header.0;
    let command = Command::new(wanted.header.0).with_data(wanted.data.0.clone());
    (class == 0 && ALLOWED.contains(&instruction)).then(|| {
        if wanted.answered {
            command.expecting(SHORT_MAXIMUM)
        } else {
            command
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use exam_protocol::bytes::{Bytes, Fixed};

    fn relay(headers: &[&str], first: &str) -> ChipAuthenticationRelay {
        let command = |header: &&str| CardCommand {
            header: Fixed(hex::decode(header).unwrap().try_into().unwrap()),
            data: Bytes(vec![1]),
            answered: true,
        };
        ChipAuthenticationRelay {
            commands: headers.iter().map(command).collect(),
            first_protected: Bytes(hex::decode(first).unwrap()),
        }
    }

    #[test]
    fn nothing_but_chip_authentication_is_passed_on() {
        let first = "0CA4020C02AABB00";
        assert!(checked(&relay(&["002241A4", "00860000"], first)).is_some());
        assert!(checked(&relay(&["002241A6"], first)).is_some());
        for (headers, first) in [
            (&["00B08D00"][..], first),
            (&["0C2241A4"], first),
            (&["00A4020C"], first),
            (&["002241A4"; 4], first),
            (&["002241A4"], "0CB08D0002AABB00"),
            (&["002241A4"], "0CA4020C02AA"),
            (&["002241A4"], "0CA4020C00"),
            (&["002241A4"], ""),
        ] {
            assert!(checked(&relay(headers, first)).is_none(), "{headers:?} {first}");
        }
    }
}
