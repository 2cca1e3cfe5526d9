//! The PC: free disk, how fast it makes writes durable, and whether the port can be had.

use super::finding::{Finding, Words};
use crate::config::Config;
use crate::words::file;
use std::fs::File;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

const MEGABYTE: u64 = 1024 * 1024;
/// Less than this and an exam must not start; a room of 24 needs a few megabytes.
const LEAST_DISK: u64 = 500 * MEGABYTE;
const COMFORTABLE_DISK: u64 = 2_000 * MEGABYTE;
/// Group commit carries many answers on one sync, but a disk this slow makes candidates wait.
const SLOW_SYNC: Duration = Duration::from_millis(100);
const SYNCS: usize = 15;

/// Looks at disk and port.
pub fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![port(&config.http.listen)];
    if let Some(folder) = config.data.database.folder() {
        findings.extend([free_disk(folder), sync_time(folder)]);
    }
    findings
}

fn free_disk(folder: &Path) -> Finding {
    let free = match fs4::available_space(folder) {
        Ok(free) => free,
        Err(error) => return unreadable("disk", &error),
    };
    let megabytes = free / MEGABYTE;
    let words = Words::new(
        format!("Ổ đĩa còn trống {megabytes} MB (nên có từ 2000 MB)."),
        format!("{megabytes} MB of disk are free (2000 MB are advised)."),
    );
    match free {
        0..LEAST_DISK => Finding::bad("disk", words),
        LEAST_DISK..COMFORTABLE_DISK => Finding::warning("disk", words),
        _ => Finding::ok("disk", words),
    }
}

fn sync_time(folder: &Path) -> Finding {
    match measure_syncs(folder) {
        Ok(median) => {
            let ms = median.as_secs_f64() * 1000.0;
            let words = Words::new(
                format!("Mỗi lần ghi chắc xuống đĩa mất {ms:.1} ms."),
                format!("A durable write to this disk takes {ms:.1} ms."),
            );
            if median > SLOW_SYNC {
                Finding::warning("sync", words)
            } else {
                Finding::ok("sync", words)
            }
        }
        Err(error) => unreadable("sync", &error),
    }
}

/// The median of a few small durable writes.
fn measure_syncs(folder: &Path) -> io::Result<Duration> {
    let path = folder.join(format!("doctor-{}.tmp", std::process::id()));
    let mut file = File::create_new(&path)?;
    let result = (0..SYNCS)
        .map(|_| one_sync(&mut file))
        .collect::<io::Result<Vec<_>>>();
    std::fs::remove_file(&path)?;
    let mut times = result?;
    times.sort_unstable();
    Ok(times[SYNCS / 2])
}

fn one_sync(file: &mut File) -> io::Result<Duration> {
    let begin = Instant::now();
    file.write_all(&[0; 4096])?;
    file.sync_data()?;
    Ok(begin.elapsed())
}

fn port(listen: &str) -> Finding {
    match TcpListener::bind(listen) {
        Ok(_) => Finding::ok(
            "port",
            Words::new(
                format!("Cổng {listen} còn trống."),
                format!("Port {listen} is free."),
            ),
        ),
        // With the server running that is as it should be; else it says so itself when it starts.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::ok(
            "port",
            Words::new(
                format!("Cổng {listen} đang được dùng: đúng nếu máy chủ thi đang chạy."),
                format!("Port {listen} is in use: as it should be if the server is running."),
            ),
        ),
        Err(error) => Finding::bad(
            "port",
            Words::new(
                format!(
                    "Không mở được cổng {listen}: {}. Sửa http.listen.",
                    file(&error).0
                ),
                format!(
                    "Port {listen} can't be opened: {}. Change http.listen.",
                    file(&error).1
                ),
            ),
        ),
    }
}

fn unreadable(check: &'static str, error: &io::Error) -> Finding {
    let words = Words::new(
        format!(
            "Không ghi được vào thư mục dữ liệu: {}. Kiểm tra ổ đĩa và quyền ghi.",
            file(error).0
        ),
        format!(
            "The data folder can't be written: {}. Check the disk and the folder's rights.",
            file(error).1
        ),
    );
    Finding::bad(check, words)
}
