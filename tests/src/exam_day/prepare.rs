//! Sets the hall up: cards and reader, installation, exam, staff, station, server.

use super::{CANDIDATES, ROOM};
use crate::console::Credentials;
use crate::hall::{Hall, Plan, Sitting, Station};
use crate::reader_service::ReaderService;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Seed of the demo's citizens.
const SEED: u64 = 2026;

/// A citizen as the card tray tells.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Citizen {
    /// Number of the card in the tray, from 1.
    pub(super) card: usize,
    /// The 12 digits.
    pub(super) number: String,
    /// Full name.
    pub(super) name: String,
    /// What the card's QR code says.
    pub(super) qr: String,
}

/// A hall that is ready for the day.
#[derive(Debug)]
pub(super) struct Ready {
    /// The installation with its server running.
    pub(super) hall: Hall,
    /// Reader and cards.
    pub(super) reader: ReaderService,
    /// The desk.
    pub(super) station: Station,
    /// Who holds which card.
    pub(super) citizens: Vec<Citizen>,
    /// What is sat.
    pub(super) sitting: Sitting,
    /// The proctor.
    pub(super) proctor: Credentials,
    /// The second official.
    pub(super) second: Credentials,
}

/// Makes everything; the server answers when this returns.
pub(super) async fn prepare(port: Option<u16>) -> Result<Ready> {
    let reader = ReaderService::start(SEED, CANDIDATES)?;
    let citizens =
        serde_json::from_slice(&std::fs::read(reader.citizens())?).context("the tray's citizens")?;
    let mut hall = port.map_or_else(Hall::make, Hall::make_at)?;
    // People who play the day start it when they like, and alone.
    hall.setting("start_late_minutes", "1440")?;
    let sitting = hall.prepare(&plan(&reader))?;
    let proctor = hall.add_staff("giamthi1", "Nguyễn Thị Hạnh")?;
    let second = hall.add_staff("giamthi2", "Trần Văn Phúc")?;
    hall.start().await?;
    let station = hall.station("ban-01", reader.environment())?;
    Ok(Ready {
        hall,
        reader,
        station,
        citizens,
        sitting,
        proctor,
        second,
    })
}

fn plan(reader: &ReaderService) -> Plan {
    Plan {
        title: "Kiểm tra cuối học kỳ I".to_owned(),
        subject: "Toán".to_owned(),
        minutes: 45,
        rooms: vec![ROOM.to_owned()],
        roster: reader.roster("xlsx"),
        papers: ["demo-toan.gift", "demo-toan.xml"]
            .iter()
            .map(|name| paper(name))
            .collect(),
        scheme: Some(paper("demo-toan.scheme.json")),
        anchors: vec![reader.trust()],
    }
}

fn paper(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/papers")
        .join(name)
}
