//! The door to a virtual reader: vsmartcard's TCP protocol (length in two bytes, body; a body of one byte is control).
//!
//! Owns one connection per inserted card. Must not know what an APDU says.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::presented::{Answer, PresentedCard};

/// Answer to reset of a contactless card (PC/SC part 3, 3.1.3.2.3.1). What a citizen card puts into the historical bytes
/// is not known; these say `CCCD-TEST`. The last byte is the check byte.
const ATR: [u8; 14] = *b"\x3B\x89\x80\x01CCCD-TEST\x00";
/// How long the reader's service may take to come up or to look at a card.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the service may take to power a card it has noticed.
const LOOK: Duration = Duration::from_secs(3);
/// How long a reader must be empty for its service to notice: it looks every 400 ms.
pub(super) const NOTICE: Duration = Duration::from_millis(500);

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const SEND_ATR: u8 = 4;

/// A virtual reader.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    address: SocketAddr,
}

/// A card that was inserted. Dropping it takes the card out.
#[derive(Debug)]
pub struct Insertion {
    line: Arc<Mutex<Option<TcpStream>>>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// The reader that listens at an address.
    pub fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// Lays a card on the reader and waits until its service has powered it.
    ///
    /// # Errors
    ///
    /// No reader listens, a card is in it already, or its service does not look at the card.
    pub fn insert(&self, card: PresentedCard) -> Result<Insertion> {
        let start = Instant::now();
        let card = Arc::new(Mutex::new(card));
        loop {
            let stream = self.connect()?;
            let (insertion, looked) = Insertion::start(stream, Arc::clone(&card))?;
            match looked.recv_timeout(LOOK) {
                Ok(()) => return Ok(insertion),
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("the reader closed the connection: is a card in it already?")
                }
                // The service took this card for the one before: take it out long enough to be noticed.
                Err(RecvTimeoutError::Timeout) if start.elapsed() < PATIENCE => {
                    drop(insertion);
                    thread::sleep(NOTICE * 2);
                }
                Err(RecvTimeoutError::Timeout) => bail!("the reader's service did not look at the card"),
            }
        }
    }

    fn connect(&self) -> Result<TcpStream> {
        let start = Instant::now();
        loop {
            match TcpStream::connect(self.address) {
                Ok(stream) => return Ok(stream),
                Err(error) if start.elapsed() > PATIENCE => {
                    return Err(error)
                        .with_context(|| format!("no virtual reader listens at {}", self.address));
                }
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

impl Insertion {
    /// Answers the reader in a thread of its own, which tells when the card was powered.
    fn start(stream: TcpStream, card: Arc<Mutex<PresentedCard>>) -> Result<(Self, Receiver<()>)> {
        stream.set_nodelay(true)?;
        let (seen, looked) = mpsc::channel();
        let line = Arc::new(Mutex::new(Some(stream.try_clone()?)));
        let shared = Arc::clone(&line);
        let thread = thread::Builder::new().name("card".into()).spawn(move || {
            let mut card = card.lock().unwrap_or_else(PoisonError::into_inner);
            // The reader may go away at any time; that ends the stay of this card and is no error of it.
            let _ended = serve(&stream, &mut card, &seen);
            drop(shared.lock().unwrap_or_else(PoisonError::into_inner).take());
        })?;
        Ok((
            Self {
                line,
                thread: Some(thread),
            },
            looked,
        ))
    }

    /// Whether the card is still in the field.
    pub fn is_present(&self) -> bool {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Drop for Insertion {
    fn drop(&mut self) {
        if let Some(line) = self.line.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _already = line.shutdown(Shutdown::Both);
        }
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn serve(stream: &TcpStream, card: &mut PresentedCard, seen: &Sender<()>) -> io::Result<()> {
    let mut powered = false;
    loop {
        let message = receive(stream)?;
        match message.as_slice() {
            [control @ (POWER_OFF | POWER_ON | RESET)] => {
                powered = *control != POWER_OFF;
                card.reset();
            }
            [SEND_ATR] => {
                send(stream, &atr())?;
                // Without power the service only asks whether a card is there and has not told its programs yet.
                if powered {
                    // Nobody waits any more after the first time.
                    let _unheard = seen.send(());
                }
            }
            apdu => match card.transmit(apdu) {
                Answer::Bytes(bytes, delay) => {
                    thread::sleep(delay);
                    send(stream, &bytes)?;
                }
                Answer::Silence => {}
                // To the programs of this reader's driver that is an empty answer, then an empty reader.
                Answer::Gone => return Ok(()),
            },
        }
    }
}

fn receive(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn send(mut stream: &TcpStream, body: &[u8]) -> io::Result<()> {
    let length = u16::try_from(body.len()).map_err(|_| io::Error::from(ErrorKind::InvalidData))?;
    stream.write_all(&[&length.to_be_bytes(), body].concat())
}

fn atr() -> [u8; ATR.len()] {
    let mut atr = ATR;
    atr[ATR.len() - 1] = atr[1..ATR.len() - 1].iter().fold(0, |check, byte| check ^ byte);
    atr
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_atr_has_as_many_historical_bytes_as_it_says_and_its_check_byte() {
        let atr = atr();
        assert_eq!(usize::from(atr[1] & 0x0F), atr.len() - 5);
        assert_eq!(atr[1..].iter().fold(0, |check, byte| check ^ byte), 0);
    }
}
