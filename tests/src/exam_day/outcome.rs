//! After the day: submissions that anybody can verify, and marks as files.

use crate::console::Console;
use crate::hall::Hall;
use anyhow::{Context, Result, ensure};
use exam_protocol::console::Board;
use exam_protocol::id::RoomId;
use exam_protocol::record::SubmissionFile;
use exam_protocol::route;
use std::path::Path;

/// Exports every submission and has it verified by the command; then shows that a forged one is refused.
pub(super) async fn verify_submissions(console: &Console, hall: &Hall, board: &Board) -> Result<usize> {
    let mut file = Vec::new();
    for row in &board.candidates {
        file = console
            .get(route::with_id(route::ATTEMPT_SUBMISSION, row.attempt))
            .await?;
        verify(hall, &file).with_context(|| format!("seat {}", row.seat))?;
    }
    let mut forged: SubmissionFile = serde_json::from_slice(&file)?;
    let last = forged
        .journal
        .last_mut()
        .and_then(|line| line.0.last_mut())
        .context("an empty journal")?;
    *last ^= 1;
    ensure!(
        verify(hall, &serde_json::to_vec(&forged)?).is_err(),
        "a forged submission passes"
    );
    Ok(board.candidates.len())
}

fn verify(hall: &Hall, file: &[u8]) -> Result<()> {
    let path = hall.path("submission.json");
    std::fs::write(&path, file)?;
    let trust = hall.exam_ca();
    let words = ["verify", &utf8(&path)?, "--trust", &utf8(&trust)?].map(str::to_owned);
    hall.run("exam-server", &words.each_ref().map(String::as_str))
        .map(|_| ())
}

fn utf8(path: &Path) -> Result<String> {
    Ok(path.to_str().context("a path that is not UTF-8")?.to_owned())
}

/// Fetches both files of marks and compares them with the board.
pub(super) async fn export(console: &Console, room: RoomId, board: &Board) -> Result<()> {
    let csv = String::from_utf8(console.get(route::with_id(route::ROOM_RESULTS_CSV, room)).await?)?;
    let xlsx = console
        .get(route::with_id(route::ROOM_RESULTS_XLSX, room))
        .await?;
    ensure!(xlsx.starts_with(b"PK"), "the XLSX is no ZIP file");
    for row in &board.candidates {
        let mark = row.mark.context("no mark")?;
        let shown = format!("{},{:02}", mark / 100, mark % 100);
        let line = csv.lines().find(|line| line.contains(&row.candidate_number));
        let line = line.with_context(|| format!("{} is not in the CSV", row.candidate_number))?;
        ensure!(
            line.contains(&shown),
            "seat {}: {shown} is not in the CSV",
            row.seat
        );
    }
    Ok(())
}
