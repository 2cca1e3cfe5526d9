//! Virtual cards through a real PC/SC service, seen by programs that share no code with the card.

use std::{path::Path, process::Command};

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
