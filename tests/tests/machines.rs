//! Machines through the real server: a code becomes a certificate, the certificate a desk, and a revocation the end of it.
//! The key and its request are made by OpenSSL.

use anyhow::{Context, Result, ensure};
use exam_protocol::console::RoomAction;
use exam_protocol::id::SiteId;
use exam_protocol::machine::{
    CodesRequest, Enrolled, EnrolmentCode, EnrolmentRequest, MachineKind, MachineReason, MachineView,
};
use exam_protocol::problem::ProblemCode;
use exam_protocol::route::{self, with_id};
use exam_tests::citizens::invent;
use exam_tests::console::Console;
use exam_tests::door::{Refused, accepted};
use exam_tests::hall::{Hall, Sitting};
use exam_tests::station_client::StationPapers;
use std::net::Ipv4Addr;
use std::process::Command;
use std::time::{Duration, Instant};

const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

struct Site {
    hall: Hall,
    sitting: Sitting,
    console: Console,
    id: SiteId,
}

impl Site {
    async fn open() -> Result<Self> {
        let mut hall = Hall::make()?;
        let sitting = hall.prepare_one_room(7, 3)?;
        let staff = hall.add_staff("lan", "Nguyễn Thị Lan")?;
        hall.start().await?;
        let console = Console::login(&hall.door()?, &staff).await?;
        let id = sitting.site;
        Ok(Self {
            hall,
            sitting,
            console,
            id,
        })
    }

    async fn code(&self, site: SiteId, name: &str) -> Result<String> {
        let request = CodesRequest {
            site,
            kind: MachineKind::Desk,
            names: vec![name.into()],
        };
        let codes: Vec<EnrolmentCode> = self.console.ask(route::MACHINES, &request).await?;
        Ok(codes.into_iter().next().context("no code")?.code)
    }

    /// A key by OpenSSL, and what the server says to its request.
    async fn enrol(&self, code: &str, name: &str) -> Result<(Enrolled, StationPapers)> {
        let (key, request) = (
            self.hall.path(&format!("{name}.key")),
            self.hall.path(&format!("{name}.csr")),
        );
        let made = Command::new("openssl")
            .args([
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ])
            .args(["-subj", "/CN=any name", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&request)
            .output()?;
        ensure!(
            made.status.success(),
            "openssl: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let request = EnrolmentRequest {
            code: code.split('-').take(3).collect(),
            request: std::fs::read_to_string(request)?,
            host_name: name.to_owned(),
        };
        let door = self.hall.door()?;
        let sent = door
            .http()
            .post(door.url(route::MACHINE_ENROLMENT))
            .json(&request);
        let enrolled: Enrolled = serde_json::from_slice(&accepted(sent.send().await?).await?)?;
        let certificate = self.hall.path(&format!("{name}.pem"));
        std::fs::write(&certificate, &enrolled.certificate)?;
        let papers = StationPapers::enrolled(&self.hall, enrolled.machine, certificate, key);
        Ok((enrolled, papers))
    }

    async fn machines(&self) -> Result<Vec<MachineView>> {
        self.console.look(route::MACHINES).await
    }
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> Result<ProblemCode> {
    Ok(result
        .err()
        .context("was not refused")?
        .downcast::<Refused>()?
        .problem
        .code)
}

#[tokio::test]
async fn a_code_makes_one_desk_that_openssl_believes_in_until_it_is_revoked() -> Result<()> {
    let site = Site::open().await?;
    let given = site.code(site.id, "Cửa P01").await?;
    let (enrolled, papers) = site.enrol(&given, "ban-01").await?;
    assert_eq!(
        code(site.enrol(&given, "ban-02").await)?,
        ProblemCode::TicketInvalid
    );
    let verified = Command::new("openssl")
        .args(["verify", "-purpose", "sslclient", "-CAfile"])
        .arg(site.hall.exam_ca())
        .arg("-untrusted")
        .arg(site.hall.path("ban-01.pem"))
        .arg(site.hall.path("ban-01.pem"))
        .output()?;
    ensure!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
    let mut desk = papers.join().await?;
    assert!(site.machines().await?[0].connected);
    let room = site.sitting.rooms[0].id;
    assert_eq!(site.console.board(room).await?.stations[0].name, "Cửa P01");
    let began = Instant::now();
    let path = with_id(route::MACHINE_REVOKE, enrolled.machine);
    let reason = MachineReason {
        reason: "máy bị mất".into(),
    };
    let _view: MachineView = site.console.ask(&path, &reason).await?;
    let closed = desk.next().await.err().context("still open")?;
    assert!(closed.to_string().contains("revoked"), "{closed}");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(papers.connect().await.is_err(), "the guard refuses it too");
    Ok(())
}

#[tokio::test]
async fn a_revocation_at_the_terminal_reaches_a_running_server() -> Result<()> {
    let site = Site::open().await?;
    let (enrolled, papers) = site
        .enrol(&site.code(site.id, "Cửa P01").await?, "ban-01")
        .await?;
    let mut desk = papers.join().await?;
    let id = enrolled.machine.to_string();
    site.hall
        .server_command(&["machine", "revoke", "--machine", &id, "--reason", "máy bị mất"])?;
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        ensure!(Instant::now() < until, "open after a minute");
        // Nothing is sent to a desk at rest, so what comes is the farewell; a heartbeat keeps it from seeming dead.
        if desk
            .send(&exam_protocol::station::StationMessage::Heartbeat)
            .await
            .is_err()
        {
            return Ok(());
        }
        match desk.next().await {
            Ok(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            Err(_) => return Ok(()),
        }
    }
}

#[tokio::test]
async fn one_certificate_at_two_addresses_is_on_the_board_until_somebody_has_looked() -> Result<()> {
    let site = Site::open().await?;
    let room = site.sitting.rooms[0].id;
    let (enrolled, papers) = site
        .enrol(&site.code(site.id, "Cửa P01").await?, "ban-01")
        .await?;
    let _here = papers.join().await?;
    assert!(site.console.board(room).await?.machine_alarms.is_empty());
    let _there = papers.join_from(ELSEWHERE).await?;
    assert_eq!(site.console.board(room).await?.machine_alarms, ["Cửa P01"]);
    assert!(site.machines().await?[0].alarm_at.is_some());
    ensure!(
        site.hall.log_end().contains("two addresses"),
        "{}",
        site.hall.log_end()
    );
    let path = with_id(route::MACHINE_ALARM, enrolled.machine);
    let reason = MachineReason {
        reason: "đổi dây mạng".into(),
    };
    let settled: MachineView = site.console.ask(&path, &reason).await?;
    assert_eq!(settled.alarm_at, None);
    assert!(site.console.board(room).await?.machine_alarms.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_desk_of_another_site_does_not_exist_in_this_room() -> Result<()> {
    let site = Site::open().await?;
    let other = site.hall.add_site(site.sitting.exam)?;
    let (_, papers) = site
        .enrol(&site.code(other.site, "Cửa B").await?, "ban-b")
        .await?;
    let _desk = papers.join().await?;
    let room = site.sitting.rooms[0].id;
    assert!(site.console.board(room).await?.stations.is_empty());
    assert_eq!(site.console.board(other.rooms[0].id).await?.stations.len(), 1);
    site.console.act(room, RoomAction::Open, "").await?;
    let scanned = invent(7, 3)[0].qr();
    let refused = site.console.start_checkin(room, papers.id, &scanned).await;
    assert_eq!(code(refused)?, ProblemCode::StationUnavailable);
    Ok(())
}

#[tokio::test]
async fn a_flood_of_wrong_codes_has_to_wait() -> Result<()> {
    let site = Site::open().await?;
    for _ in 0..40 {
        if code(site.enrol("AAAA-AAAA-AAAA", "ban-x").await)? == ProblemCode::TooManyTries {
            return Ok(());
        }
    }
    anyhow::bail!("forty wrong codes in a row")
}
