//! After the day: submissions that anybody can verify, and marks as files.

use crate::console::Console;
use crate::hall::Hall;
use anyhow::{Context, Result, ensure};
use calamine::{DataType, Reader, Xlsx, open_workbook_from_rs};
use exam_protocol::console::Board;
use exam_protocol::id::RoomId;
use exam_protocol::record::SubmissionFile;
use exam_protocol::route;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

/// Headings that both files have.
const NUMBER: &str = "Số báo danh";
const MARK: &str = "Điểm";

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

/// Fetches both files of marks, reads them with other programs' eyes, and compares them with the board.
pub(super) async fn export(console: &Console, room: RoomId, board: &Board) -> Result<()> {
    let csv = console.get(route::with_id(route::ROOM_RESULTS_CSV, room)).await?;
    let xlsx = console
        .get(route::with_id(route::ROOM_RESULTS_XLSX, room))
        .await?;
    let expected = board
        .candidates
        .iter()
        .map(|row| (row.candidate_number.clone(), row.mark.unwrap_or_default()));
    let expected: BTreeMap<String, u32> = expected.collect();
    ensure!(from_csv(&csv)? == expected, "the CSV's marks are not the board's");
    ensure!(
        from_xlsx(xlsx)? == expected,
        "the XLSX's marks are not the board's"
    );
    Ok(())
}

fn from_csv(file: &[u8]) -> Result<BTreeMap<String, u32>> {
    let file = file
        .strip_prefix("\u{feff}".as_bytes())
        .context("no byte order mark: Excel would break the letters")?;
    let mut reader = csv::Reader::from_reader(file);
    let headings = reader.headers()?.clone();
    let column = |name: &str| {
        headings
            .iter()
            .position(|heading| heading == name)
            .with_context(|| name.to_owned())
    };
    let (number, mark) = (column(NUMBER)?, column(MARK)?);
    let mut marks = BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        marks.insert(
            record[number].to_owned(),
            hundredths(record[mark].replace(',', ".").parse()?),
        );
    }
    Ok(marks)
}

fn from_xlsx(file: Vec<u8>) -> Result<BTreeMap<String, u32>> {
    let mut workbook: Xlsx<_> = open_workbook_from_rs(Cursor::new(file))?;
    let sheet = workbook.worksheet_range_at(0).context("no sheet")??;
    let mut rows = sheet
        .rows()
        .skip_while(|row| !row.iter().any(|cell| *cell == NUMBER));
    let headings = rows.next().context("no row of headings")?;
    let column = |name: &str| {
        headings
            .iter()
            .position(|cell| *cell == name)
            .context("a heading is missing")
    };
    let (number, mark) = (column(NUMBER)?, column(MARK)?);
    rows.map(|row| {
        Ok((
            row[number].to_string(),
            hundredths(row[mark].as_f64().context("a mark that is no number")?),
        ))
    })
    .collect()
}

/// A mark as another program reads it, in hundredths.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "marks are small and not negative"
)]
fn hundredths(mark: f64) -> u32 {
    (mark * 100.0).round() as u32
}
