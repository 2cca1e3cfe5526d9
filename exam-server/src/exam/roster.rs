//! A roster file on its way in: bytes → cells → columns → rows → plan. Plain rules; the store applies the plan.
//!
//! Only the columns that an exam needs are taken; parents, phones and addresses are never read (data minimisation,
//! Law 91/2025).

pub mod header;
pub mod date;
pub mod citizen;
pub mod row;
pub mod plan;
pub mod seating;

pub use crate::table::{report, sheet, text};

use date::Day;
use report::Finding;
use row::{Entry, Read};
use std::collections::HashMap;

/// A roster that was read without a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// The candidates in the file's order.
    pub entries: Vec<Entry>,
    /// What a person should look at.
    pub warnings: Vec<Finding>,
}

/// Reads a roster file (XLSX or CSV). `today` bounds birth dates.
///
/// # Errors
/// Every fault of the file, each with its row. Nothing of such a file is taken.
pub fn read(bytes: &[u8], today: Day) -> Result<Roster, Vec<Finding>> {
    let sheets = sheet::read(bytes, known_columns).map_err(|finding| vec![finding])?;
    let (sheet, header) = sheets
        .iter()
        .find_map(|sheet| header::find(sheet).map(|header| (sheet, header)))
        .ok_or_else(|| vec![header::not_found()])?;
    let missing = header.missing();
    if !missing.is_empty() {
        return Err(missing);
    }
    let (mut entries, mut faults, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for row in sheet.rows.iter().filter(|row| row.number > header.row) {
        match row::read(row, &header, today) {
            Ok(Read::Blank) => {}
            Ok(Read::NotACandidate(note)) => warnings.push(note),
            Ok(Read::Candidate(entry, notes)) => {
                entries.push(entry);
                warnings.extend(notes);
            }
            Err(found) => faults.extend(found),
        }
    }
    warnings.extend(row::restore_candidate_numbers(&mut entries));
    if entries.is_empty() && faults.is_empty() {
        faults.push(Finding::of_file(
            "file không có thí sinh nào dưới dòng tiêu đề",
            "no candidate below the header row",
        ));
    }
    faults.extend(duplicates(&entries));
    if faults.is_empty() {
        Ok(Roster { entries, warnings })
    } else {
        Err(faults)
    }
}

/// How many columns of a roster a table has.
fn known_columns(sheet: &sheet::Sheet) -> usize {
    header::find(sheet).map_or(0, |header| header.known)
}

/// Rows that name somebody a second time: by citizen number, by candidate number, by name with birth date.
fn duplicates(entries: &[Entry]) -> Vec<Finding> {
    let mut seen: HashMap<(u8, String), u32> = HashMap::new();
    let mut faults = Vec::new();
    for entry in entries {
        let keys = [
            (0, entry.citizen_number.as_str().to_owned()),
            (1, entry.candidate_number.clone()),
            (2, format!("{}\n{}", text::fold(&entry.name), entry.birth_date)),
        ];
        for (kind, key) in keys {
            if key.is_empty() {
                continue;
            }
            if let Some(first) = seen.insert((kind, key), entry.row) {
                faults.push(duplicate(entry.row, first, kind));
                break;
            }
        }
    }
    faults
}

fn duplicate(row: u32, first: u32, kind: u8) -> Finding {
    let (vi, en) = match kind {
        0 => ("trùng số định danh", "same citizen number as"),
        1 => ("trùng số báo danh", "same candidate number as"),
        _ => ("trùng họ tên và ngày sinh", "same name and birth date as"),
    };
    Finding::at(row, format!("{vi} với dòng {first}"), format!("{en} row {first}"))
}

#[cfg(test)]
mod tests;
