//! A real Chromium with a throw-away profile that trusts one exam CA; headless under a driver, or as a window for people.
//!
//! Chromium on Linux takes roots of trust from the NSS database of the home folder, so each browser gets a home folder
//! of its own. Nothing on the PC is changed, and all of it is gone with the handle.

use anyhow::{Context, Result, bail, ensure};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command as StdCommand;
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// Switches for a browser that talks to nobody but our server and shows no first-run pages.
const SWITCHES: [&str; 10] = [
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-features=Translate",
    "--lang=vi",
];

/// The screen that the pages are made for.
pub const SCREEN: (u32, u32) = (1366, 768);

/// A home folder whose browser trusts the exam CA.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
}

impl Home {
    /// Makes the folder and installs the CA certificate (PEM file) in it.
    ///
    /// # Errors
    /// When `certutil` is missing or refuses.
    pub fn trusting(exam_ca: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("exam-browser-").tempdir()?;
        let database = folder.path().join(".pki/nssdb");
        std::fs::create_dir_all(&database)?;
        let database = format!("sql:{}", database.display());
        certutil(&["-d", &database, "-N", "--empty-password"])?;
        let ca = exam_ca.to_string_lossy();
        certutil(&["-d", &database, "-A", "-t", "C,,", "-n", "exam CA", "-i", &ca])?;
        Ok(Self { folder })
    }

    /// A Chromium command with this home, this profile, and no window yet.
    pub fn chromium(&self, profile: &str) -> Command {
        let mut command = Command::new("chromium");
        command
            .env("HOME", self.folder.path())
            .args(SWITCHES)
            .args(root_switches());
        command.arg(format!(
            "--user-data-dir={}",
            self.folder.path().join(profile).display()
        ));
        command.kill_on_drop(true);
        command
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

fn certutil(arguments: &[&str]) -> Result<()> {
    let output = StdCommand::new("certutil")
        .args(arguments)
        .output()
        .context("certutil (package libnss3-tools)")?;
    ensure!(
        output.status.success(),
        "certutil: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// Chromium's sandbox refuses to run as root.
fn root_switches() -> &'static [&'static str] {
    let root = StdCommand::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n");
    if root { &["--no-sandbox"] } else { &[] }
}

/// A headless Chromium under its driver.
#[derive(Debug)]
pub struct Browser {
    /// The driver's session: pages are opened, read and clicked through it.
    pub page: WebDriver,
    driver: Child,
    port: u16,
    _home: Home,
}

impl Browser {
    /// Starts driver and browser.
    ///
    /// # Errors
    /// When Chromium or its driver is missing or does not come up.
    pub async fn headless(exam_ca: &Path) -> Result<Self> {
        let home = Home::trusting(exam_ca)?;
        let port = free_port()?;
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .env("HOME", home.path())
            .stdout(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("chromedriver (package chromium-driver)")?;
        wait_for(port).await?;
        let mut capabilities = DesiredCapabilities::chrome();
        let window = format!("--window-size={},{}", SCREEN.0, SCREEN.1);
        let profile = format!("--user-data-dir={}", home.path().join("headless").display());
        for switch in SWITCHES.iter().chain(root_switches()).copied() {
            capabilities.add_arg(switch)?;
        }
        for switch in [
            "--headless=new",
            "--hide-scrollbars",
            window.as_str(),
            profile.as_str(),
        ] {
            capabilities.add_arg(switch)?;
        }
        let page = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
        let browser = Self {
            page,
            driver,
            port,
            _home: home,
        };
        browser.fit_screen().await?;
        Ok(browser)
    }

    /// Makes the page itself, not the window around it, as large as the screen.
    async fn fit_screen(&self) -> Result<()> {
        let script =
            "return [window.outerWidth - window.innerWidth, window.outerHeight - window.innerHeight]";
        let frame: (u32, u32) = self.page.execute(script, vec![]).await?.convert()?;
        self.page
            .set_window_rect(0, 0, SCREEN.0 + frame.0, SCREEN.1 + frame.1)
            .await?;
        Ok(())
    }

    /// Saves what the page shows as a PNG.
    ///
    /// # Errors
    /// When the browser or the disk refuses.
    pub async fn screenshot(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(self.page.screenshot(file).await?)
    }

    /// The element that fits a CSS selector, as soon as it is there and visible.
    ///
    /// # Errors
    /// When it does not come within 15 s; names the selector and where the page stands.
    pub async fn find(&self, selector: &str) -> Result<WebElement> {
        let query = self
            .page
            .query(By::Css(selector))
            .wait(Duration::from_secs(15), Duration::from_millis(100));
        let found = query.and_displayed().first().await;
        found.with_context(|| format!("the page shows no {selector}"))
    }

    /// Puts a passkey device into the browser whose holder always has the finger on it (Web Authentication level 2, section
    /// 11.3: Add Virtual Authenticator).
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn add_authenticator(&self) -> Result<()> {
        let (port, session) = (self.port, self.page.handle().session_id());
        let address = format!("http://127.0.0.1:{port}/session/{session}/webauthn/authenticator");
        let device = serde_json::json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true,
        });
        let answer = reqwest::Client::new().post(address).json(&device).send().await?;
        ensure!(
            answer.status().is_success(),
            "no authenticator: {}",
            answer.status()
        );
        Ok(())
    }

    /// Ends browser and driver.
    ///
    /// # Errors
    /// When the browser has gone before.
    pub async fn quit(mut self) -> Result<()> {
        self.page.quit().await?;
        self.driver.kill().await?;
        Ok(())
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

async fn wait_for(port: u16) -> Result<()> {
    for _ in 0..100 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("chromedriver does not listen on port {port}")
}
