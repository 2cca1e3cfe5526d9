//! Command line of the check-in station. Starts things; decides nothing.

mod journal;

use anyhow::{Context, Result};
use checkin_agent::command::{doctor, enroll, read, readers, run, unenroll};
use checkin_agent::machine::platform;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Máy bàn đón ở cửa phòng thi / the machine at the exam room's door: reads citizen ID card chips
///
/// Đọc chip qua PC/SC (PACE hoặc BAC), gửi nguyên văn cho máy chủ thi; máy chủ xét thẻ.
/// It reads the chip over PC/SC (PACE or BAC) and sends it as read to the exam server, which judges it.
#[derive(Parser)]
#[command(name = "checkin-agent", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Chạy máy bàn đón: nối máy chủ, chờ lệnh đọc thẻ / run the station: join the server, read cards when told
    Run {
        /// Tệp cấu hình, mẫu: station.example.toml / configuration file, see station.example.toml
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Ghi nhật ký vào tệp này thay vì ra màn hình / write the log to this file and not to the screen
        #[arg(long, value_name = "FILE")]
        log: Option<PathBuf>,
        /// Do trình quản lý dịch vụ Windows gọi, xem docs/windows.md / started by the service manager of Windows, see
        /// docs/windows.md
        #[arg(long)]
        service: bool,
    },
    /// Liệt kê đầu đọc thẻ / list card readers
    Readers {
        /// In JSON / print JSON
        #[arg(long)]
        json: bool,
    },
    /// Đọc một thẻ vào một thư mục / read one card into a folder
    ///
    /// Ghi mỗi tệp của thẻ thành một tệp (EF_SOD.bin, EF_DG1.bin, …, EF_CardAccess.bin), câu trả lời của chip (AA_*.bin) và
    /// read.json; xét bằng `certs verify-document`. Thư mục chứa dữ liệu cá nhân, cả dân tộc và tôn giáo (DG13).
    /// Writes one file per file of the card, the chip's answer and read.json; `certs verify-document` judges them. The folder
    /// then holds personal data, ethnicity and religion (DG13) among them.
    Read(read::Arguments),
    /// Đăng ký máy này với máy chủ thi bằng mã một lần / enrol this PC with the exam server by a one-time code
    ///
    /// Tạo khóa, xin chứng thư, ghi exam-ca.pem, machine.pem, machine.key và (máy bàn đón) station.toml.
    /// Makes a key, gets a certificate, writes these files.
    Enroll(enroll::Arguments),
    /// Gỡ mọi thứ mà lệnh enroll đã ghi / take back everything that enroll wrote
    Unenroll(unenroll::Arguments),
    /// Máy bàn đón này đã sẵn sàng cho ngày thi chưa? / is this station ready for exam day?
    ///
    /// Nếu máy bàn đón đang chạy với cùng chứng thư thì nó mất kết nối vài giây: đừng hỏi khi đang đọc thẻ.
    /// A station that runs with the same certificate loses its connection for some seconds: do not ask during a reading.
    Doctor {
        /// Tệp cấu hình / configuration file
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// In JSON / print JSON
        #[arg(long)]
        json: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let log = match &command {
        Command::Run { log, .. } => log.as_deref(),
        _ => None,
    };
    let ready = platform::forbid_core_dumps()
        .context("core dumps")
        .and_then(|()| journal::open(log));
    let outcome = match ready {
        Ok(()) => Box::pin(obey(command)).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("checkin-agent: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn obey(command: Command) -> Result<()> {
    match command {
        Command::Run {
            config,
            service: true,
            ..
        } => run::run_as_service(&config),
        Command::Run { config, .. } => Box::pin(run::run(&config)).await,
        Command::Readers { json } => readers::run(json),
        Command::Read(arguments) => read::run(&arguments),
        Command::Enroll(arguments) => Box::pin(enroll::run(&arguments)).await,
        Command::Unenroll(arguments) => unenroll::run(&arguments),
        Command::Doctor { config, json } => doctor::run(config.as_deref(), json).await,
    }
}
