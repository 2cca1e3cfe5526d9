//! A candidate without a browser: claims a seat, waits, answers, survives a lost line, hands in, checks the receipt.
//!
//! Speaks the seat's protocol and nothing else. What is acknowledged is remembered, so that a test can call the server
//! to account for every single answer.

mod journal;
mod paper;
mod hand_in;

pub use journal::Line;

use crate::door::{Door, Socket, accepted};
use anyhow::{Context, Result, bail, ensure};
use certs::signing::SigningKey;
use exam_protocol::answer::Response;
use exam_protocol::bytes::{Bytes, Fixed, PublicKey};
use exam_protocol::frame;
use exam_protocol::paper::{CandidatePaper, SealedForm};
use exam_protocol::record::Receipt;
use exam_protocol::route;
use exam_protocol::seat::{
    AttemptState, ClaimRequest, ClaimResponse, SeatEvent, SeatMessage, claim_proof_input, normalise_ticket,
};
use futures_util::{SinkExt, StreamExt};
use journal::Journal;
use ring::rand::SystemRandom;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// How long a candidate waits for anything before the test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A headless candidate at a seat.
pub struct Candidate {
    door: Door,
    key: SigningKey,
    claim: ClaimResponse,
    journal: Journal,
    socket: Option<Socket>,
    sealed: Option<SealedForm>,
    paper: Option<CandidatePaper>,
    state: Option<AttemptState>,
    receipt: Option<Vec<u8>>,
    taken_over: bool,
}

impl Candidate {
    /// Claims a seat with the ticket from the desk.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn claim(door: &Door, ticket: &str) -> Result<Self> {
        let random = SystemRandom::new();
        let key = SigningKey::generate(&random)?;
        let public: PublicKey = Fixed(key.public_key());
        let proof = key.sign(&random, &claim_proof_input(&normalise_ticket(ticket), &public))?;
        let request = ClaimRequest {
            ticket: ticket.to_owned(),
            key: public,
            proof: Fixed(proof),
        };
        let response = door
            .http()
            .post(door.url(route::SEAT_CLAIM))
            .json(&request)
            .send()
            .await?;
        let claim: ClaimResponse = serde_json::from_slice(&accepted(response).await?)?;
        let journal = Journal::after(&claim);
        Ok(Self {
            door: door.clone(),
            key,
            claim,
            journal,
            socket: None,
            sealed: None,
            paper: None,
            state: None,
            receipt: None,
            taken_over: false,
        })
    }

    /// What the claim gave.
    pub fn seat(&self) -> &ClaimResponse {
        &self.claim
    }

    /// The open paper.
    pub fn paper(&self) -> Option<&CandidatePaper> {
        self.paper.as_ref()
    }

    /// The sealed form as it was downloaded.
    pub fn sealed(&self) -> Option<&SealedForm> {
        self.sealed.as_ref()
    }

    /// State as the server said last.
    pub fn state(&self) -> Option<&AttemptState> {
        self.state.as_ref()
    }

    /// Whether another PC has taken the seat.
    pub fn taken_over(&self) -> bool {
        self.taken_over
    }

    /// All lines that the server has acknowledged to this seat.
    pub fn acknowledged(&self) -> &[Line] {
        self.journal.acknowledged()
    }

    /// Downloads the sealed form, as the page does in the waiting room.
    ///
    /// # Errors
    /// [`crate::door::Refused`], or a broken line.
    pub async fn fetch_form(&mut self) -> Result<()> {
        let token = hex::encode(self.claim.token.0);
        let request = self
            .door
            .http()
            .get(self.door.url(route::SEAT_FORM))
            .bearer_auth(token);
        let body = accepted(request.send().await?).await?;
        self.sealed = Some(exam_protocol::canonical::decode(&body)?);
        Ok(())
    }

    /// Opens the live socket and sends again what was not acknowledged.
    ///
    /// # Errors
    /// When the line is down or the server refuses.
    pub async fn connect(&mut self) -> Result<()> {
        self.socket = Some(self.door.socket(route::SEAT_LIVE, None).await?);
        self.send(&SeatMessage::Hello {
            token: self.claim.token,
        })
        .await?;
        let SeatEvent::Welcome {
            state,
            last_sequence,
            head,
            answers,
        } = self.next().await?
        else {
            bail!("the server did not welcome the seat");
        };
        self.state = Some(state);
        self.journal.welcome(last_sequence, &head, &answers)?;
        self.send_unacknowledged().await
    }

    /// Breaks the line from this side without a word.
    pub fn drop_line(&mut self) {
        self.socket = None;
    }

    /// Goes on at another node: the line breaks, the next one goes there.
    pub fn move_to(&mut self, door: &Door) {
        self.drop_line();
        self.door = door.clone();
    }

    /// Waits until the paper is open.
    ///
    /// # Errors
    /// When the key does not come, does not fit its commitment, or does not open the form.
    pub async fn wait_for_paper(&mut self) -> Result<()> {
        while self.paper.is_none() {
            self.step().await?;
        }
        Ok(())
    }

    /// Writes an answer into the journal and sends it; it is saved only once acknowledged.
    ///
    /// # Errors
    /// When the line is down; the answer stays in the journal.
    pub async fn answer(&mut self, question: u16, response: Response) -> Result<()> {
        let line = self.journal.write(&self.claim, question, response);
        self.send(&SeatMessage::Entries(vec![line])).await
    }

    /// Waits until everything written is acknowledged.
    ///
    /// # Errors
    /// When the line breaks or the server refuses.
    pub async fn settle(&mut self) -> Result<()> {
        while !self.journal.is_settled() {
            self.step().await?;
        }
        Ok(())
    }

    /// Connects again and again until everything written is acknowledged.
    ///
    /// # Errors
    /// When that takes longer than a minute.
    pub async fn settle_through_outages(&mut self) -> Result<()> {
        let trying = async {
            loop {
                if self.socket.is_some() && self.settle().await.is_ok() {
                    return;
                }
                self.drop_line();
                tokio::time::sleep(Duration::from_millis(200)).await;
                if self.connect().await.is_err() {
                    self.drop_line();
                }
            }
        };
        timeout(PATIENCE, trying)
            .await
            .context("the server did not come back")
    }

    /// Signs and sends the hand-in, and checks the receipt against the server's key.
    ///
    /// # Errors
    /// When the server refuses or the receipt does not fit.
    pub async fn hand_in(&mut self) -> Result<Receipt> {
        self.settle().await?;
        let envelope = self.signed_hand_in()?;
        self.send(&SeatMessage::HandIn(Bytes(envelope.clone()))).await?;
        while self.receipt.is_none() {
            self.step().await?;
        }
        self.checked_receipt(&envelope).await
    }

    /// Sends a message as it is, for tests of what the server refuses.
    ///
    /// # Errors
    /// When the line is down.
    pub async fn send(&mut self, message: &SeatMessage) -> Result<()> {
        self.send_raw(frame::encode(message)).await
    }

    /// Sends bytes as they are.
    ///
    /// # Errors
    /// When the line is down.
    pub async fn send_raw(&mut self, bytes: Vec<u8>) -> Result<()> {
        let socket = self.socket.as_mut().context("no line")?;
        socket
            .send(Message::Binary(bytes.into()))
            .await
            .context("the line broke")
    }

    /// Takes in the server's next event.
    ///
    /// # Errors
    /// When the line breaks, nothing comes, or the server refuses.
    pub async fn step(&mut self) -> Result<SeatEvent> {
        let event = self.next().await?;
        match &event {
            SeatEvent::State(state) => self.state = Some(state.clone()),
            SeatEvent::FormKey { form, key } => self.open(*form, key)?,
            SeatEvent::Acknowledged { through } => self.journal.acknowledge(*through),
            SeatEvent::Receipt(bytes) => self.receipt = Some(bytes.0.clone()),
            SeatEvent::TakenOver => {
                self.taken_over = true;
                bail!("another PC has taken the seat over");
            }
            SeatEvent::Refused { code, last_sequence } => {
                bail!("refused: {code:?} after line {last_sequence}")
            }
            SeatEvent::Welcome { .. } => {}
        }
        Ok(event)
    }

    async fn send_unacknowledged(&mut self) -> Result<()> {
        let lines = self.journal.unacknowledged();
        for group in lines.chunks(100) {
            self.send(&SeatMessage::Entries(group.to_vec())).await?;
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<SeatEvent> {
        let socket = self.socket.as_mut().context("no line")?;
        loop {
            let message = timeout(PATIENCE, socket.next())
                .await
                .context("the server says nothing")?;
            match message.context("the line was closed")?? {
                Message::Binary(bytes) => return Ok(frame::decode(&bytes)?),
                Message::Close(_) => bail!("the line was closed"),
                _ => {}
            }
        }
    }

    fn form(&self) -> Result<&SealedForm> {
        self.sealed.as_ref().context("the form was not downloaded")
    }

    fn ensure_own_seat(&self, attempt: exam_protocol::id::AttemptId) -> Result<()> {
        ensure!(attempt == self.claim.attempt, "that is another candidate's");
        Ok(())
    }
}
