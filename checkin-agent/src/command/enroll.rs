//! `checkin-agent enroll`: makes this PC a machine of the exam, and says what to do next.

use crate::machine::code::Code;
use crate::machine::door::Address;
use crate::machine::enrolment::{self, Machine, Wish, name};
use crate::machine::install::Installation;
use crate::machine::platform;
use anyhow::{Context, Result, bail};
use certs::Time;
use exam_protocol::machine::MachineKind;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// What is to be enrolled where.
#[derive(clap::Args)]
pub struct Arguments {
    /// Địa chỉ máy chủ thi / address of the exam server: https://host:port
    #[arg(long, value_name = "URL")]
    server: String,
    /// Mã đăng ký, 7 nhóm, xem trang quản trị / the code from the console, 7 groups
    #[arg(long)]
    code: String,
    /// Chỉ tin CA trong tệp này / trust the exam CA in this file and no other
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Thư mục ghi chứng thư và khóa / folder for certificate and key
    #[arg(long, value_name = "DIR", default_value = "machine")]
    out: PathBuf,
    /// Cài CA (và chứng thư máy thí sinh) vào hệ thống và trình duyệt / put the CA, and a seat's certificate, where browsers look
    #[arg(long)]
    install: bool,
    /// Địa chỉ IP của máy chủ khi mạng không biết tên; với --install thì ghi vào tệp hosts / IP address of the server when the network
    /// does not know its name; with --install it goes into the hosts file
    #[arg(long, value_name = "IP")]
    address: Option<IpAddr>,
}

/// Enrols, and installs if asked.
///
/// # Errors
/// Says what is wrong and what to do.
pub async fn run(arguments: &Arguments) -> Result<()> {
    let address = Address::parse(&arguments.server, arguments.address)?;
    let code = Code::parse(&arguments.code)?;
    let root_pem = match &arguments.ca {
        Some(path) => Some(
            std::fs::read_to_string(path)
                .with_context(|| format!("không đọc được {0} / can't read {0}", path.display()))?,
        ),
        None => None,
    };
    let out = std::path::absolute(&arguments.out)?;
    let wish = Wish {
        address: &address,
        code: &code,
        root_pem: root_pem.as_deref(),
        out: &out,
        now: now()?,
    };
    let mut machine = wish.enrol().await?;
    tell(&machine, &out);
    if arguments.install {
        let root = platform::root();
        let installation = Installation {
            root: &root,
            dir: &out,
            kind: machine.enrolled.kind,
            server: &address,
        };
        let failed = installation.install(&mut machine.manifest, &mut |line| println!("{line}"))?;
        if failed > 0 {
            bail!(
                "máy đã đăng ký, nhưng {failed} bước cài đặt không thành (xem trên); sửa rồi chạy “checkin-agent unenroll” và đăng ký lại, \
                 hoặc làm tay / the PC is enrolled, but {failed} steps of the installation failed (see above); mend them, then run \
                 “checkin-agent unenroll” and enrol again, or do them by hand"
            );
        }
    }
    Ok(())
}

fn tell(machine: &Machine, out: &std::path::Path) {
    let enrolled = &machine.enrolled;
    let ends = Time(enrolled.not_after.0.div_euclid(1000));
    println!(
        "Đã đăng ký “{0}”; chứng thư dùng đến {ends}. / Enrolled as “{0}”; the certificate holds until {ends}.",
        enrolled.name
    );
    for file in enrolment::files(out) {
        println!("  {}", file.display());
    }
    match enrolled.kind {
        MachineKind::Desk => {
            let settings = out.join(name::SETTINGS);
            println!(
                "Tiếp theo / next:\n  checkin-agent doctor --config {0}\n  checkin-agent run --config {0}",
                settings.display()
            );
        }
        MachineKind::Seat => println!(
            "Tiếp theo: mở trình duyệt ở trang thí sinh; nếu chưa dùng --install thì tự cài chứng thư. /\n\
             Next: open the candidate's page in the browser; without --install, put the certificate in yourself."
        ),
    }
    println!("Gỡ bỏ / to undo: checkin-agent unenroll --dir {}", out.display());
}

fn now() -> Result<Time> {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("đồng hồ máy trước năm 1970, hãy chỉnh lại / this PC's clock is before 1970, set it")?;
    Ok(Time(i64::try_from(since.as_secs())?))
}
