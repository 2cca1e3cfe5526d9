//! The door to a virtual reader: vsmartcard's TCP protocol (length in two bytes, body; a body of one byte is control).
//!
//! Owns one connection per inserted card. Must not know what an APDU says.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::presented::{Answer, PresentedCard};

/// Answer to reset of a contactless card (PC/SC part 3, 3.1.3.2.3.1), with historical bytes of an ICAO chip.
const ATR: [u8; 14] = [
    0x3B, 0x89, 0x80, 0x01, 0x4D, 0x54, 0x43, 0x4F, 0x53, 0x70, 0x00, 0x00, 0x00, 0x00,
];
/// How long the reader's service may take to come up or to look at a card.
const PATIENCE: Duration = Duration::from_secs(10);

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
    stream: TcpStream,
    present: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// The reader that listens at an address.
    pub fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// Lays a card on the reader and waits until its service has looked at it.
    ///
    /// # Errors
    ///
    /// No reader listens, a card is in it already, or its service does not look at the card.
    pub fn insert(&self, card: PresentedCard) -> Result<Insertion> {
        let stream = self.connect()?;
        stream.set_nodelay(true)?;
        let (seen, looked) = mpsc::channel();
        let present = Arc::new(AtomicBool::new(true));
        let thread = {
            let stream = stream.try_clone()?;
            let present = Arc::clone(&present);
            thread::Builder::new().name("card".into()).spawn(move || {
                // The reader may go away at any time; that ends the stay of this card and is no error of it.
                let _ended = serve(&stream, card, &seen);
                present.store(false, Ordering::Release);
                let _already = stream.shutdown(Shutdown::Both);
            })?
        };
        let insertion = Insertion {
            stream,
            present,
            thread: Some(thread),
        };
        wait_until_seen(&looked)?;
        Ok(insertion)
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
    /// Whether the card is still in the field.
    pub fn is_present(&self) -> bool {
        self.present.load(Ordering::Acquire)
    }
}

impl Drop for Insertion {
    fn drop(&mut self) {
        let _already = self.stream.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn wait_until_seen(looked: &Receiver<()>) -> Result<()> {
    match looked.recv_timeout(PATIENCE) {
        Ok(()) => Ok(()),
        Err(RecvTimeoutError::Timeout) => bail!("the reader's service did not look at the card"),
        Err(RecvTimeoutError::Disconnected) => {
            bail!("the reader closed the connection: is a card in it already?")
        }
    }
}

fn serve(mut stream: &TcpStream, mut card: PresentedCard, seen: &Sender<()>) -> io::Result<()> {
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
                Answer::Gone => return stream.flush(),
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
