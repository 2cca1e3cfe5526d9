//! A tray of cards beside one reader: inserting, removing, listing.
//!
//! Owns which card is in the reader and how often each card's password was missed. Must not start the reader.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use anyhow::{Context, Result};

use super::{Insertion, Order, PresentedCard, Reader, personalise, vpcd::NOTICE};
use crate::{
    citizens::{Citizen, invent},
    pki::TestPki,
};

/// Cards of invented citizens, all issued by one test authority.
pub struct Tray {
    pki: TestPki,
    citizens: Vec<Citizen>,
    wrong_passwords: HashMap<usize, Arc<AtomicU32>>,
    busy: Arc<AtomicU64>,
    reader: Reader,
    inserted: Option<(Order, Insertion)>,
    emptied: Option<Instant>,
}

impl Tray {
    /// Makes `count` citizens and their authority; `port` is the virtual reader's on this machine.
    ///
    /// # Errors
    ///
    /// The test authority cannot be made.
    pub fn new(seed: u64, count: usize, port: u16) -> Result<Self> {
        Ok(Self {
            pki: TestPki::new(seed)?,
            citizens: invent(seed, count),
            wrong_passwords: HashMap::new(),
            busy: Arc::default(),
            reader: Reader::new(SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
            inserted: None,
            emptied: None,
        })
    }

    /// Whose cards lie here.
    pub fn citizens(&self) -> &[Citizen] {
        &self.citizens
    }

    /// The authorities.
    pub fn pki(&self) -> &TestPki {
        &self.pki
    }

    /// Takes the card in the reader out and lays the ordered one in.
    ///
    /// # Errors
    ///
    /// There is no such card, or the reader does not take it.
    pub fn insert(&mut self, order: Order) -> Result<&Citizen> {
        let card = self.present(&order)?;
        self.remove();
        // A card that follows at once would be taken for the one before.
        let empty = self.emptied.map_or(NOTICE, |moment| moment.elapsed());
        thread::sleep(NOTICE.saturating_sub(empty));
        let insertion = self.reader.insert(card)?;
        let citizen = &self.citizens[order.citizen - 1];
        self.inserted = Some((order, insertion));
        Ok(citizen)
    }

    /// Takes the card out; whether one was there.
    pub fn remove(&mut self) -> bool {
        let removed = self.inserted.take().is_some();
        if removed {
            self.emptied = Some(Instant::now());
        }
        removed
    }

    /// How often in a row the password of a card, counted from 1, was missed; this outlives its stay in the reader.
    pub fn missed(&self, citizen: usize) -> u32 {
        let position = citizen.wrapping_sub(1);
        self.wrong_passwords
            .get(&position)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// Microseconds that the chips have computed since this was last asked.
    pub fn busy(&self) -> u64 {
        self.busy.swap(0, Ordering::Relaxed)
    }

    /// The card in the reader.
    pub fn inserted(&self) -> Option<&Order> {
        self.inserted
            .as_ref()
            .filter(|(_, insertion)| insertion.is_present())
            .map(|(order, _)| order)
    }

    /// Makes the ordered card, to be laid on a reader or asked directly.
    ///
    /// # Errors
    ///
    /// There is no such card, or it cannot be made as ordered.
    pub fn present(&mut self, order: &Order) -> Result<PresentedCard> {
        let count = self.citizens.len();
        let position = order.citizen.checked_sub(1).filter(|&position| position < count);
        let position = position.with_context(|| format!("the tray has the cards 1 to {count}"))?;
        let other = &self.citizens[(position + 1) % count];
        let chip = personalise(&self.citizens[position], other, order, &self.pki)?;
        let missed = Arc::clone(self.wrong_passwords.entry(position).or_default());
        Ok(PresentedCard::new(chip.with_wrong_passwords(missed), order).with_clock(Arc::clone(&self.busy)))
    }
}
