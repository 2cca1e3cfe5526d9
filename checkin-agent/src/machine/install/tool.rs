//! Runs the system's own tools: what they say becomes the reason, and a tool that is not there is named with its package.

use rand::RngExt;
use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};
use std::thread;

/// Programs and the packages (Debian, Ubuntu) that they come with.
const PACKAGES: [(&str, &str); 4] = [
    ("certutil", "libnss3-tools"),
    ("pk12util", "libnss3-tools"),
    ("openssl", "openssl"),
    ("update-ca-certificates", "ca-certificates"),
];

/// Runs a program with `input` on its standard input and gives its output.
///
/// # Errors
/// Why it did not do what it was told.
pub fn run(mut command: Command, input: &[u8]) -> Result<Vec<u8>, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.map_err(|error| match error.kind() {
        ErrorKind::NotFound => missing(&name),
        _ => format!("{name}: {error}"),
    })?;
    let stdin = child.stdin.take();
    let output = thread::scope(|scope| {
        let writing = scope.spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(input)));
        let output = child.wait_with_output();
        // A program that failed without reading says why itself.
        let _written = writing.join();
        output
    });
    let output = output.map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    Err(format!("{name}: {} ({})", line.trim(), output.status))
}

fn missing(name: &str) -> String {
    let package = PACKAGES.iter().find(|(program, _)| *program == name);
    package.map_or_else(
        || format!("không có chương trình {name} / the program {name} is missing"),
        |(_, package)| {
            format!(
                "chưa có {name}: sudo apt install {package} / {name} is missing: sudo apt install {package}"
            )
        },
    )
}

/// A password for the moments in which a key travels from one tool to another.
///
/// # Errors
/// Never today; callers are ready for a generator that can fail.
pub fn password() -> Result<String, String> {
    let bytes: [u8; 16] = rand::rng().random();
    Ok(hex::encode(bytes))
}
