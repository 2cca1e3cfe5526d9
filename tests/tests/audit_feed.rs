//! The audit on its way to those who follow it: to a real rsyslogd over TCP and over TLS, through its death and the
//! server's, without a gap; and as JSON lines over HTTP.

use anyhow::{Context, Result, ensure};
use exam_protocol::audit::AuditState;
use exam_protocol::console::RoomAction;
use exam_protocol::route;
use exam_tests::collector::{Collector, Received};
use exam_tests::console::{Console, Credentials};
use exam_tests::hall::{Hall, Plan, Sitting};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How long records may take: a look every half second, two seconds between connections, five until they count.
const PATIENCE: Duration = Duration::from_secs(40);

struct Fed {
    hall: Hall,
    sitting: Sitting,
    auditor: Credentials,
    console: Console,
}

impl Fed {
    /// A running server that was told of these collectors: name, address, protocol and CA.
    async fn open(collectors: &[(&str, String, Option<&Path>)]) -> Result<Self> {
        let mut hall = Hall::make()?;
        let mut config = std::fs::File::options().append(true).open(hall.config())?;
        for (name, address, ca) in collectors {
            writeln!(
                config,
                "\n[[audit.syslog]]\nname = \"{name}\"\naddress = \"{address}\""
            )?;
            match ca {
                Some(ca) => writeln!(config, "protocol = \"tls\"\nca = \"{}\"", ca.display())?,
                None => writeln!(config, "protocol = \"tcp\"")?,
            }
        }
        let roster = hall.path("roster.csv");
        std::fs::write(
            &roster,
            "STT,SBD,Họ và tên,Ngày sinh,Giới tính,Số CCCD,Phòng\n\
             1,22000001,Thí Sinh Một,05/09/2008,Nam,022208100001,P01\n",
        )?;
        let sitting = hall.prepare(&Plan {
            title: "Kiểm tra".into(),
            subject: "Toán".into(),
            minutes: 45,
            rooms: vec!["P01".into()],
            roster,
            papers: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/papers/demo-toan.gift")],
            scheme: None,
            anchors: vec![],
        })?;
        let auditor = hall.add_lead_with("thanhtra", "Lê Thanh Tra", "administrator@installation")?;
        hall.start().await?;
        let console = Console::login(&hall.door()?, &auditor).await?;
        console.act(sitting.rooms[0].id, RoomAction::Open, "").await?;
        Ok(Self {
            hall,
            sitting,
            auditor,
            console,
        })
    }

    async fn start(&self) -> Result<()> {
        self.console
            .act(self.sitting.rooms[0].id, RoomAction::Start, "")
            .await?;
        Ok(())
    }

    /// Pauses and goes on, with words that look like the end of a field and of a line.
    async fn some_acts(&self) -> Result<()> {
        let room = self.sitting.rooms[0].id;
        for _ in 0..3 {
            let reason = "mất điện \"] <13>1 - giả mạo";
            self.console.act(room, RoomAction::Pause, reason).await?;
            self.console.act(room, RoomAction::Resume, "").await?;
        }
        Ok(())
    }

    async fn state(&self) -> Result<AuditState> {
        self.console.look(route::AUDIT_STATE).await
    }

    /// Hashes of the whole chain by number, from the export.
    fn chain(&self) -> Result<BTreeMap<i64, String>> {
        let out = self.hall.path("audit.jsonl");
        self.hall
            .server_command(&["audit", "export", "--overwrite", "--out", &out.to_string_lossy()])?;
        let text = std::fs::read_to_string(out)?;
        let records = text
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        Ok(records
            .filter_map(|record| Some((record["sequence"].as_i64()?, record["hash"].as_str()?.to_owned())))
            .collect())
    }
}

/// Waits until the collector has every record up to one, and checks that none is missing, changed or out of order.
async fn complete(collector: &Collector, fed: &Fed, through: i64) -> Result<Vec<Received>> {
    let began = Instant::now();
    loop {
        let received = collector.received()?;
        let last = received.last().map(Received::sequence).transpose()?;
        if last.is_some_and(|last| last >= through) {
            let chain = fed.chain()?;
            let mut next = 1;
            for one in &received {
                let sequence = one.sequence()?;
                ensure!(sequence <= next, "record {next} is missing before {sequence}");
                next = next.max(sequence + 1);
                ensure!(
                    one.parameter("hash") == chain.get(&sequence).map(String::as_str),
                    "record {sequence} differs: {one:?}"
                );
            }
            return Ok(received);
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "{last:?} of {through}: {}",
            fed.hall.log_end()
        );
        sleep(Duration::from_millis(100)).await;
    }
}

fn absent() {
    eprintln!("SKIPPED: rsyslogd is not installed; `cargo xtask setup` installs it");
}

#[tokio::test]
async fn a_collector_that_dies_and_a_server_that_dies_leave_no_gap() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let Some(mut collector) = Collector::tcp(folder.path().join("siem"))? else {
        absent();
        return Ok(());
    };
    collector.start().await?;
    let mut fed = Fed::open(&[("siem", collector.address(), None)]).await?;
    fed.start().await?;
    let through = fed.state().await?.sequence;
    let received = complete(&collector, &fed, through).await?;
    let start = received
        .iter()
        .find(|one| one.header[2] == "room.start")
        .context("room.start")?;
    ensure!(start.header[..2] == ["exam-server", "exam-server"], "{start:?}");
    ensure!(start.priority == (13, 5), "log audit, notice: {start:?}");
    let room = format!("room:{}", fed.sitting.rooms[0].id);
    ensure!(start.parameter("object") == Some(&*room), "{start:?}");
    // Its last moments are lost with it; what happens meanwhile waits in the database.
    fed.some_acts().await?;
    collector.kill()?;
    let began = Instant::now();
    fed.some_acts().await?;
    ensure!(
        began.elapsed() < Duration::from_secs(5),
        "acts wait for the collector"
    );
    collector.start().await?;
    let through = fed.state().await?.sequence;
    let received = complete(&collector, &fed, through).await?;
    let forged = received.iter().filter(|one| one.data.contains("giả mạo")).count();
    ensure!(forged == 0, "reasons stay here");
    fed.hall.kill()?;
    fed.hall.start().await?;
    fed.console = Console::login(&fed.hall.door()?, &fed.auditor).await?;
    fed.some_acts().await?;
    let through = fed.state().await?.sequence;
    complete(&collector, &fed, through).await?;
    let began = Instant::now();
    while fed
        .state()
        .await?
        .feeds
        .first()
        .is_none_or(|feed| feed.sent < through)
    {
        ensure!(began.elapsed() < PATIENCE, "it never counts as delivered");
        sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

#[tokio::test]
async fn over_tls_only_the_right_collector_is_told() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (Some(mut right), Some(mut wrong)) = (
        Collector::tls(folder.path().join("right"))?,
        Collector::tls(folder.path().join("wrong"))?,
    ) else {
        absent();
        return Ok(());
    };
    right.start().await?;
    wrong.start().await?;
    let ca = right.ca();
    // The second has a certificate of an authority of its own, which we were not told to trust.
    let collectors = [
        ("right", right.address(), Some(ca.as_path())),
        ("wrong", wrong.address(), Some(ca.as_path())),
    ];
    let fed = Fed::open(&collectors).await?;
    fed.start().await?;
    fed.some_acts().await?;
    let through = fed.state().await?.sequence;
    complete(&right, &fed, through).await?;
    right.kill()?;
    fed.some_acts().await?;
    right.start().await?;
    let through = fed.state().await?.sequence;
    complete(&right, &fed, through).await?;
    ensure!(wrong.received()?.is_empty(), "a stranger got records");
    let log = std::fs::read_to_string(fed.hall.path("server.log"))?;
    ensure!(
        log.contains("audit collector") && log.contains("wrong"),
        "nobody is told that a collector is not reached"
    );
    Ok(())
}

#[tokio::test]
async fn json_lines_follow_by_cursor_and_wait_for_what_comes() -> Result<()> {
    let fed = Fed::open(&[]).await?;
    let follow = async |after: i64, wait: u32| {
        let path = format!("{}?after={after}&wait={wait}", route::AUDIT_FEED);
        let text = String::from_utf8(fed.console.get(path).await?)?;
        let lines: Result<Vec<serde_json::Value>, _> = text.lines().map(serde_json::from_str).collect();
        anyhow::Ok(lines?)
    };
    let all = follow(0, 0).await?;
    let numbers: Vec<i64> = all.iter().filter_map(|line| line["sequence"].as_i64()).collect();
    ensure!(
        numbers == (1..=fed.state().await?.sequence).collect::<Vec<_>>(),
        "{numbers:?}"
    );
    let last = numbers.last().copied().context("no records")?;
    ensure!(follow(last, 0).await?.is_empty(), "nothing new");
    let began = Instant::now();
    let (waiting, acted) = tokio::join!(follow(last, 15), async {
        sleep(Duration::from_millis(300)).await;
        fed.start().await
    });
    acted?;
    let found = waiting?;
    ensure!(
        found
            .first()
            .is_some_and(|line| line["act"] == "room.start" && line["reason"].is_null()),
        "{found:?}"
    );
    ensure!(
        began.elapsed() < Duration::from_secs(10),
        "the follower was left waiting"
    );
    Ok(())
}
