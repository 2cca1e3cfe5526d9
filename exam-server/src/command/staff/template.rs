//! `exam-server staff template`: an empty file of staff with its headings.

use crate::command::written::Existing;
use crate::table::template;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Headings of a file of staff, in the order that people fill in.
pub const HEADINGS: [&str; 9] = [
    "STT",
    "Họ và tên",
    "Tên đăng nhập",
    "Đơn vị",
    "Vai trò",
    "Kỳ thi",
    "Điểm thi",
    "Môn thi",
    "Phòng thi",
];

/// Write an empty file of staff.
#[derive(Debug, Args)]
pub struct Template {
    /// Tệp .xlsx hoặc .csv / a file ending in .xlsx or .csv
    file: PathBuf,
    #[command(flatten)]
    existing: Existing,
}

impl Template {
    pub(super) fn run(self) -> Result<ExitCode> {
        let bytes = template::of_file(&self.file, "Cán bộ", &HEADINGS)?;
        self.existing.write(&self.file, &bytes)?;
        println!("{}", self.file.display());
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff::people::import::column::{Header, known};
    use crate::table::sheet;

    #[test]
    fn the_import_knows_every_heading() {
        for name in ["a.xlsx", "a.csv"] {
            let bytes = template::of_file(name.as_ref(), "Cán bộ", &HEADINGS).unwrap();
            let sheets = sheet::read(&bytes, known).unwrap();
            // All but the running number.
            assert_eq!(known(&sheets[0]), HEADINGS.len() - 1, "{name}");
            assert!(Header::find(&sheets[0]).unwrap().missing().is_empty());
        }
    }
}
