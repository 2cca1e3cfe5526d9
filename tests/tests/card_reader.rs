//! Virtual cards through a real PC/SC service, seen by programs that share no code with the card.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use exam_tests::reader_service::{ReaderService, missing_package};

fn service(cards: usize) -> Option<ReaderService> {
    if let Some(package) = missing_package() {
        eprintln!("skipped: the package {package} is not installed");
        return None;
    }
    let tray = Path::new(env!("CARGO_BIN_EXE_virtual-card"));
    Some(ReaderService::start_with(tray, 2026, cards).expect("the reader's service starts"))
}

fn tool(service: &ReaderService, program: &str, arguments: &[&str]) -> Option<String> {
    let (name, socket) = service.environment();
    let output = Command::new(program).args(arguments).env(name, socket).output();
    let Ok(output) = output else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    let text = [output.stdout, output.stderr].concat();
    Some(String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn opensc_sees_the_card_come_and_go() {
    let Some(mut service) = service(2) else { return };
    service.insert("1").unwrap();
    let Some(atr) = tool(&service, "opensc-tool", &["--reader", "0", "--atr"]) else {
        return;
    };
    assert!(atr.contains("3b:89:80:01"), "{atr}");
    let select = [
        "--reader",
        "0",
        "--send-apdu",
        "00:A4:02:0C:02:01:1C",
        "--send-apdu",
        "00:B0:00:00:00",
    ];
    let access = tool(&service, "opensc-tool", &select).unwrap();
    assert!(access.contains("31 34 30 0D"), "{access}");
    service.remove().unwrap();
    assert_eq!(service.command("state").unwrap(), "empty");
    service.insert("2").unwrap();
    assert_eq!(service.command("state").unwrap(), "inserted 2");
    let atr = tool(&service, "opensc-tool", &["--reader", "0", "--atr"]).unwrap();
    assert!(atr.contains("3b:89:80:01"), "{atr}");
}

#[test]
fn wrong_commands_are_answered_and_change_nothing() {
    let Some(mut service) = service(2) else { return };
    service.insert("1").unwrap();
    for (command, hint) in [
        ("insert 3", "the cards 1 to 2"),
        ("insert 1 odd", "unknown"),
        ("dance", "unknown"),
    ] {
        assert!(
            service.command(command).unwrap_err().to_string().contains(hint),
            "{command}"
        );
    }
    assert_eq!(service.command("state").unwrap(), "inserted 1");
}

/// Runs one test of this file again in another process.
fn again(test: &str, user: Option<&str>) -> Command {
    let own = std::env::current_exe().expect("a test knows its program");
    let mut command = match user {
        None => Command::new(&own),
        Some(user) => {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", user, "--regid", user, "--clear-groups"])
                .arg(&own);
            command
        }
    };
    command
        .args(["--exact", test, "--include-ignored", "--nocapture"])
        .stdout(Stdio::piped());
    command
}

#[test]
fn an_ordinary_user_can_start_it_too() {
    let nobody = "65534";
    let reachable = Command::new("setpriv")
        .args([
            "--reuid",
            nobody,
            "--regid",
            nobody,
            "--clear-groups",
            "unshare",
            "--user",
            "--map-root-user",
            "test",
            "-x",
        ])
        .arg(std::env::current_exe().unwrap())
        .status();
    if !reachable.is_ok_and(|status| status.success()) {
        eprintln!("skipped: not root, no user namespaces, or the build folder is closed to others");
        return;
    }
    let output = again("opensc_sees_the_card_come_and_go", Some(nobody))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[test]
#[ignore = "only run by the test below, in a process that is then killed"]
fn a_service_to_be_left_behind() {
    let Some(mut service) = service(1) else { return };
    service.insert("1").unwrap();
    println!("folder {}", service.socket().parent().unwrap().display());
    thread::sleep(Duration::from_mins(1));
}

#[test]
fn nothing_is_left_when_the_program_is_killed() {
    if missing_package().is_some() {
        return;
    }
    let mut program = again("a_service_to_be_left_behind", None).spawn().unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let folder = lines
        .find_map(|line| line.unwrap().strip_prefix("folder ").map(str::to_owned))
        .unwrap();
    let namespace = processes()
        .into_iter()
        .find(|process| {
            process.command.contains("virtual-card") && process.command.contains(&folder) && process.first
        })
        .map(|process| process.namespace)
        .unwrap();
    let inside = || {
        processes()
            .into_iter()
            .filter(|process| process.namespace == namespace)
            .count()
    };
    assert!(inside() >= 2, "the tray and pcscd");
    program.kill().unwrap();
    program.wait().unwrap();
    let start = Instant::now();
    while inside() > 0 {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{} processes are left",
            inside()
        );
        thread::sleep(Duration::from_millis(50));
    }
    fs::remove_dir_all(folder).unwrap();
}

struct Process {
    command: String,
    namespace: PathBuf,
    /// Whether it is the first process of its namespace.
    first: bool,
}

fn processes() -> Vec<Process> {
    let all = fs::read_dir("/proc").expect("/proc is mounted");
    all.filter_map(|entry| {
        let folder = entry.ok()?.path();
        let status = fs::read_to_string(folder.join("status")).ok()?;
        let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"))?;
        Some(Process {
            command: fs::read_to_string(folder.join("cmdline")).ok()?,
            namespace: fs::read_link(folder.join("ns/pid")).ok()?,
            first: numbers.split_whitespace().next_back() == Some("1"),
        })
    })
    .collect()
}
