//! A rehearsal: invented candidates sit a whole sitting, and nobody real can be let in that way.

use anyhow::{Result, ensure};
use exam_tests::hall::Hall;
use exam_tests::load::{Options, run};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_small_crowd_sits_a_whole_sitting_and_nothing_acknowledged_is_lost() -> Result<()> {
    let options = Options {
        candidates: 50,
        think: Some(Duration::from_millis(300)),
        answering: Duration::from_secs(3),
        bare_sqlite: true,
        database: None,
        nodes: 1,
    };
    let report = run(options).await?;
    println!("{}", serde_json::to_string(&report)?);
    ensure!(report.errors == 0 && report.acknowledged_lost == 0, "see above");
    ensure!(report.answers_acknowledged >= 50 && report.answers_acknowledged == report.answers_sent);
    let bare = report.bare_sqlite.map(|bare| bare.lines);
    ensure!(bare == Some(report.answers_acknowledged), "not the same lines");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_share_a_crowd_and_nothing_acknowledged_is_lost() -> Result<()> {
    let options = Options {
        candidates: 40,
        think: Some(Duration::from_millis(300)),
        answering: Duration::from_secs(3),
        bare_sqlite: false,
        database: None,
        nodes: 2,
    };
    let report = run(options).await?;
    println!("{}", serde_json::to_string(&report)?);
    ensure!(report.errors == 0 && report.acknowledged_lost == 0, "see above");
    ensure!(report.answers_acknowledged >= 40 && report.answers_acknowledged == report.answers_sent);
    Ok(())
}

#[test]
fn candidates_of_a_real_exam_are_never_let_in_by_the_command() -> Result<()> {
    let hall = Hall::make()?;
    let sitting = hall.prepare_one_room(5, 2)?;
    hall.add_staff("lan", "Nguyễn Thị Lan")?;
    let id = sitting.sitting.to_string();
    let seat = [
        "rehearsal",
        "seat",
        "--sitting",
        &id,
        "--candidates",
        "2",
        "--official",
        "lan",
    ];
    let refused = hall.server_command(&seat).map_err(|error| error.to_string());
    ensure!(
        refused
            .as_ref()
            .is_err_and(|said| said.contains("not a sitting of a rehearsal")),
        "{refused:?}"
    );
    Ok(())
}
