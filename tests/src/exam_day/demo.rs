//! The day with people: everything is prepared, two pages are open, and cards are laid on the reader from the terminal.

use super::prepare::{Citizen, Ready, prepare};
use crate::browser::{Home, SCREEN};
use crate::reader_service::ReaderService;
use anyhow::Result;
use std::time::Duration;
use tokio::process::Child;
use tokio::sync::mpsc;

/// The port that a person can remember; another one is taken when it is not free.
const PORT: u16 = 8443;

/// How long the browser's helper processes need to see that it is gone.
const AFTER_BROWSER: Duration = Duration::from_millis(700);

/// Runs the hall until Ctrl-C.
///
/// # Errors
/// When something can't be started.
pub async fn demo(open_browser: bool) -> Result<()> {
    let port = std::net::TcpListener::bind(("127.0.0.1", PORT))
        .is_ok()
        .then_some(PORT);
    let mut ready = prepare(port).await?;
    describe(&ready).await;
    let home = Home::trusting(&ready.hall.exam_ca())?;
    let browser = browser(open_browser, &ready, &home);
    tokio::select! {
        result = tray(&mut ready.reader, &ready.citizens) => result?,
        result = tokio::signal::ctrl_c() => result?,
    }
    println!("\nStopping …");
    if let Some(mut browser) = browser {
        browser.kill().await?;
        // Its helpers follow within moments, and write until then into the folder that is removed next.
        tokio::time::sleep(AFTER_BROWSER).await;
    }
    ready.hall.stop().await
}

async fn describe(ready: &Ready) {
    let port = ready.hall.address().port();
    println!("\n  Candidate's page   https://localhost:{port}/");
    println!("  Proctor's page     https://localhost:{port}/console/");
    for (who, login) in [("Proctor", &ready.proctor), ("Second official", &ready.second)] {
        println!("  {who:18} {}  password {}", login.name, login.password);
        if let Some(factor) = &login.factor {
            let codes = factor.recovery_codes().await;
            println!("  {:18} app (TOTP) {}", "", factor.secret());
            println!("  {:18} or one of {}", "", codes.join("  "));
        }
    }
    println!(
        "\n  Cards in the tray (type a number and Enter to lay the card on the reader, 0 to take it away):"
    );
    for citizen in &ready.citizens {
        println!("  {:>4}  {}  {}", citizen.card, citizen.number, citizen.name);
    }
    println!("\n  1. Proctor's page: log in, open the room, choose the desk \"ban-01\".");
    println!("  2. Lay a card on the reader here, type its 12 digits at the desk, compare the face, admit.");
    println!("  3. Type the ticket on the candidate's page. Then start the room.");
    println!("\n  Ctrl-C stops all of it and leaves nothing behind.\n");
}

fn browser(wanted: bool, ready: &Ready, home: &Home) -> Option<Child> {
    let port = ready.hall.address().port();
    let screen = std::env::var_os("DISPLAY").or_else(|| std::env::var_os("WAYLAND_DISPLAY"));
    if !wanted || screen.is_none() {
        println!(
            "  No browser is opened. Open the pages in a browser that trusts {}",
            ready.hall.exam_ca().display()
        );
        println!("  (import it as an authority for websites, and remove it afterwards).\n");
        return None;
    }
    let mut command = home.chromium("demo");
    command.arg(format!("--window-size={},{}", SCREEN.0, SCREEN.1));
    command.args([
        format!("https://localhost:{port}/console/"),
        format!("https://localhost:{port}/"),
    ]);
    command.stderr(std::process::Stdio::null());
    match command.spawn() {
        Ok(child) => Some(child),
        Err(error) => {
            println!("  Chromium can't be started ({error}); open the pages yourself.");
            None
        }
    }
}

/// Obeys the terminal until it is closed, and then waits for Ctrl-C.
async fn tray(reader: &mut ReaderService, citizens: &[Citizen]) -> Result<()> {
    let mut lines = typed_lines();
    while let Some(line) = lines.recv().await {
        let order = line.trim();
        let result = if order == "0" {
            reader.remove()
        } else {
            reader.insert(order)
        };
        let holder = order
            .split(' ')
            .next()
            .and_then(|number| citizens.iter().find(|c| c.card.to_string() == number));
        match (result, holder) {
            (Ok(()), Some(citizen)) => println!("  on the reader: {} {}", citizen.number, citizen.name),
            (Ok(()), None) => println!("  the reader is empty"),
            (Err(error), _) => println!("  {error:#}"),
        }
    }
    std::future::pending().await
}

/// The terminal has no asynchronous reading: a thread of its own waits for it.
fn typed_lines() -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        let typed = std::io::stdin().lines().map_while(Result::ok);
        typed
            .take_while(|line| sender.blocking_send(line.clone()).is_ok())
            .for_each(drop);
    });
    lines
}
