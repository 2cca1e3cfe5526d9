//! A check-in station without a card reader: it speaks the station's protocol and relays whatever a test wants, honest
//! or not. Evidence comes from a virtual card's own files. Must never judge anything.

use crate::card::{Chip, SOD, data_group_file};
use crate::hall::Hall;
use crate::tlv::find;
use anyhow::{Context, Result, bail, ensure};
use certs::travel_document::SecurityObject;
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::frame;
use exam_protocol::id::{CheckinId, MachineId, StationId};
use exam_protocol::route;
use exam_protocol::station::{
    AccessProtocol, CardEvidence, ChipAuthenticationRelay, StationCommand, StationMessage,
};
use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// How long the server may take to say something.
const PATIENCE: Duration = Duration::from_secs(20);

/// A station's certificate, as `certs ca issue station` made it.
#[derive(Clone, Debug)]
pub struct StationPapers {
    /// Its id.
    pub id: StationId,
    /// Its certificate and key; none for somebody who has no papers.
    identity: Option<(PathBuf, PathBuf)>,
    address: SocketAddr,
    exam_ca: PathBuf,
}

#[derive(Deserialize)]
struct Issued {
    station: StationId,
}

impl StationPapers {
    /// Has the hall's exam CA issue a certificate, and registers it.
    ///
    /// # Errors
    /// What the program says.
    pub fn issue(hall: &Hall, name: &str) -> Result<Self> {
        let papers = Self::issue_by(hall, &hall.path("server"), name)?;
        hall.register(&hall.path(name).join("station.pem"))?;
        Ok(papers)
    }

    /// Has the CA in another folder issue a certificate.
    ///
    /// # Errors
    /// What the program says.
    pub fn issue_by(hall: &Hall, authority: &Path, name: &str) -> Result<Self> {
        let (out, authority) = (hall.path(name), authority.to_string_lossy().into_owned());
        let folder = out.to_string_lossy().into_owned();
        let arguments = [
            "ca", "issue", "station", "--dir", &authority, "--name", name, "--out", &folder, "--json",
        ];
        let issued: Issued = serde_json::from_str(&hall.run("certs", &arguments)?)?;
        let identity = Some((out.join("station.pem"), out.join("station.key")));
        Ok(Self {
            id: issued.station,
            identity,
            address: hall.address(),
            exam_ca: hall.exam_ca(),
        })
    }

    /// The papers of a desk that was enrolled: its certificate with that of the issuing authority, and its key.
    pub fn enrolled(hall: &Hall, id: MachineId, certificate: PathBuf, key: PathBuf) -> Self {
        Self {
            id: StationId(id.0),
            identity: Some((certificate, key)),
            address: hall.address(),
            exam_ca: hall.exam_ca(),
        }
    }

    /// The same door without any certificate.
    pub fn without_certificate(&self) -> Self {
        Self {
            identity: None,
            ..self.clone()
        }
    }

    /// Opens the station's socket.
    ///
    /// # Errors
    /// When TLS or the server refuses.
    pub async fn connect(&self) -> Result<StationClient> {
        self.connect_from(Ipv4Addr::LOCALHOST).await
    }

    /// Opens the station's socket from one of this machine's own addresses, 127.0.0.0/8.
    ///
    /// # Errors
    /// When TLS or the server refuses.
    pub async fn connect_from(&self, own: Ipv4Addr) -> Result<StationClient> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((own, 0).into())?;
        let stream = socket.connect(self.address).await?;
        let tls = TlsConnector::from(Arc::new(self.tls()?))
            .connect("localhost".try_into()?, stream)
            .await?;
        let url = format!("wss://localhost:{}{}", self.address.port(), route::STATION_LIVE);
        let (socket, _) = client_async(url, tls).await?;
        Ok(StationClient { socket })
    }

    /// Joins with one reader.
    ///
    /// # Errors
    /// When the server does not say that it joined.
    pub async fn join(&self) -> Result<StationClient> {
        self.join_from(Ipv4Addr::LOCALHOST).await
    }

    /// Joins with one reader from one of this machine's own addresses.
    ///
    /// # Errors
    /// When the server does not say that it joined.
    pub async fn join_from(&self, own: Ipv4Addr) -> Result<StationClient> {
        let mut client = self.connect_from(own).await?;
        let readers = vec!["Virtual PCD 00 00".to_owned()];
        client
            .send(&StationMessage::Hello {
                agent: "test".to_owned(),
                readers,
            })
            .await?;
        match client.next().await? {
            StationCommand::Joined { .. } => Ok(client),
            other => bail!("instead of joining: {other:?}"),
        }
    }

    fn tls(&self) -> Result<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&self.exam_ca)?)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(roots);
        Ok(match &self.identity {
            Some((certificate, key)) => {
                let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<_, _>>()?;
                config.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(key)?)?
            }
            None => config.with_no_client_auth(),
        })
    }
}

/// A connected station.
#[derive(Debug)]
pub struct StationClient {
    socket: WebSocketStream<tokio_rustls::client::TlsStream<TcpStream>>,
}

impl StationClient {
    /// Sends a message.
    ///
    /// # Errors
    /// When the line is down.
    pub async fn send(&mut self, message: &StationMessage) -> Result<()> {
        self.send_raw(frame::encode(message)).await
    }

    /// Sends any bytes as a frame.
    ///
    /// # Errors
    /// When the line is down.
    pub async fn send_raw(&mut self, frame: Vec<u8>) -> Result<()> {
        Ok(self.socket.send(Message::Binary(frame.into())).await?)
    }

    /// The next command.
    ///
    /// # Errors
    /// When none comes, or the server has closed the line.
    pub async fn next(&mut self) -> Result<StationCommand> {
        loop {
            let message = timeout(PATIENCE, self.socket.next())
                .await
                .context("no command")?;
            match message.context("the line is closed")?? {
                Message::Binary(bytes) => return Ok(frame::decode(&bytes)?),
                Message::Close(farewell) => bail!("closed: {farewell:?}"),
                _ => {}
            }
        }
    }

    /// Waits for the order to read; which check-in.
    ///
    /// # Errors
    /// When something else comes.
    pub async fn order(&mut self) -> Result<CheckinId> {
        match self.next().await? {
            StationCommand::Read { checkin, .. } => Ok(checkin),
            other => bail!("instead of an order to read: {other:?}"),
        }
    }

    /// Asks for the challenge.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn challenge(&mut self, checkin: CheckinId) -> Result<Fixed<8>> {
        self.send(&StationMessage::ChallengeWanted { checkin }).await?;
        match self.next().await? {
            StationCommand::Challenge {
                checkin: of,
                challenge,
            } => {
                ensure!(of == checkin, "a challenge for another check-in");
                Ok(challenge)
            }
            other => bail!("instead of a challenge: {other:?}"),
        }
    }

    /// Asks what to relay for chip authentication.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn relay_wanted(
        &mut self,
        checkin: CheckinId,
        dg14: &Bytes,
    ) -> Result<Option<ChipAuthenticationRelay>> {
        let dg14 = dg14.clone();
        self.send(&StationMessage::ChipAuthenticationWanted { checkin, dg14 })
            .await?;
        match self.next().await? {
            StationCommand::ChipAuthentication { checkin: of, relay } => {
                ensure!(of == checkin, "for another check-in");
                Ok(relay)
            }
            other => bail!("instead of something to relay: {other:?}"),
        }
    }

    /// Says what the chip answered.
    ///
    /// # Errors
    /// When the line is down.
    pub async fn chip_answered(&mut self, checkin: CheckinId, response: Option<Vec<u8>>) -> Result<()> {
        let response = response.map(Bytes);
        self.send(&StationMessage::ChipAuthenticationAnswer { checkin, response })
            .await
    }

    /// Sends evidence.
    ///
    /// # Errors
    /// When the line is down.
    pub async fn evidence(&mut self, checkin: CheckinId, evidence: &CardEvidence) -> Result<()> {
        let evidence = Box::new(evidence.clone());
        self.send(&StationMessage::Evidence { checkin, evidence }).await
    }

    /// Reads a card as an agent would: challenge, files, answer. What was sent, to be sent again elsewhere.
    ///
    /// # Errors
    /// When the server refuses the challenge.
    pub async fn relay(&mut self, checkin: CheckinId, chip: &mut Chip) -> Result<CardEvidence> {
        let mut evidence = files(chip)?;
        if evidence.dg15.is_some() {
            let challenge = self.challenge(checkin).await?;
            evidence.active_authentication = chip.prove(challenge.as_slice())?.map(Bytes);
        }
        self.evidence(checkin, &evidence).await?;
        Ok(evidence)
    }

    /// Whether the server takes this check-in away: its answer to whatever it refuses.
    ///
    /// # Errors
    /// When the line is down.
    pub async fn is_cancelled(&mut self, checkin: CheckinId) -> Result<bool> {
        Ok(matches!(self.next().await?, StationCommand::Cancel { checkin: of } if of == checkin))
    }
}

/// The ephemeral public key that the server sent for the chip.
///
/// # Errors
/// When there is none in it.
pub fn ephemeral(relay: &ChipAuthenticationRelay) -> Result<Vec<u8>> {
    let last = relay.commands.last().context("no command to relay")?;
    let key = match find(&last.data.0, 0x7C) {
        Some(dynamic) => find(dynamic, 0x80),
        None => find(&last.data.0, 0x91),
    };
    Ok(key.context("no ephemeral key")?.to_vec())
}

/// The card's files as evidence, without an answer to any challenge.
///
/// # Errors
/// When the card lacks a file that every card has.
pub fn files(chip: &Chip) -> Result<CardEvidence> {
    let all = &chip.files().files;
    let file = |number| all.get(&data_group_file(number)).cloned().map(Bytes);
    let sod = all.get(&SOD).context("EF.SOD")?.clone();
    let dg13_hash = match (file(13), SecurityObject::parse(&sod)) {
        (Some(dg13), Ok(object)) => Some(Bytes(object.digest(&dg13.0))),
        _ => None,
    };
    Ok(CardEvidence {
        access: AccessProtocol::PaceCan,
        sod: Bytes(sod),
        dg1: file(1).context("EF.DG1")?,
        dg2: file(2).context("EF.DG2")?,
        dg14: file(14),
        dg15: file(15),
        dg13_hash,
        active_authentication: None,
        apdu_count: 1,
        duration: 1,
    })
}
