//! `checkin-agent unenroll`: takes back what `enroll` wrote, as its manifest says.

use crate::machine::manifest::Manifest;
use anyhow::{Result, bail};
use std::path::PathBuf;

/// Which enrolment.
#[derive(clap::Args)]
pub struct Arguments {
    /// Thư mục đã dùng khi đăng ký / the folder that was given to enroll
    #[arg(long, value_name = "DIR", default_value = "machine")]
    dir: PathBuf,
}

/// Takes everything back.
///
/// # Errors
/// When there is no manifest, or something could not be taken back.
pub fn run(arguments: &Arguments) -> Result<()> {
    let dir = std::path::absolute(&arguments.dir)?;
    let manifest = Manifest::open(&dir)?;
    if manifest.entries().is_empty() {
        bail!(
            "{0} không có gì do enroll ghi; kiểm tra --dir / enroll wrote nothing in {0}; check --dir",
            dir.display()
        );
    }
    manifest.take_back(&mut |line| println!("{line}"))?;
    println!(
        "Đã gỡ. Nhớ thu hồi máy này trên trang quản trị. / Taken back. Remember to revoke this machine on the console."
    );
    Ok(())
}
