//! A check-in station of the hall: its certificate, its configuration, and the running agent.

use super::{Hall, text};
use crate::programs::program;
use anyhow::{Context, Result};
use exam_protocol::id::StationId;
use serde::Deserialize;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// A running agent; ends with the handle.
#[derive(Debug)]
pub struct Station {
    /// Its id.
    pub id: StationId,
    agent: Child,
}

#[derive(Deserialize)]
struct Issued {
    station: StationId,
}

impl Hall {
    /// Registers a machine whose certificate was issued by hand. The hall has one site.
    ///
    /// # Errors
    /// What the program says.
    pub fn register(&self, certificate: &Path) -> Result<()> {
        self.server_command(&["machine", "add", "--certificate", &text(certificate)])?;
        Ok(())
    }

    /// A registered desk's certificate and key; no agent runs.
    ///
    /// # Errors
    /// What the programs say.
    pub fn desk_certificate(&self, name: &str) -> Result<(PathBuf, PathBuf)> {
        let (out, authority) = (self.path(name), text(&self.path("server")));
        let arguments = ["ca", "issue", "station", "--dir", &authority, "--name", name];
        self.run(
            "certs",
            &[&arguments[..], &["--out", &text(&out), "--json"]].concat(),
        )?;
        let certificate = out.join("station.pem");
        self.register(&certificate)?;
        Ok((certificate, out.join("station.key")))
    }

    /// Issues a station's certificate, registers it, and starts its agent. `environment` tells it where the PC/SC service is.
    ///
    /// # Errors
    /// What the programs say.
    pub fn station(&self, name: &str, environment: (&str, PathBuf)) -> Result<Station> {
        self.station_at(name, environment, "info")
    }

    /// The same, with the agent's log at this level, in the hall's file `name.log`.
    ///
    /// # Errors
    /// What the programs say.
    pub fn station_at(&self, name: &str, environment: (&str, PathBuf), level: &str) -> Result<Station> {
        let (id, config) = self.new_station(name)?;
        let log = File::create(self.path(&format!("{name}.log")))?;
        let agent = Command::new(program("checkin-agent")?)
            .args(["run", "--config", &text(&config)])
            .env(environment.0, environment.1)
            .env("RUST_LOG", level)
            .stderr(log)
            .spawn()?;
        Ok(Station { id, agent })
    }

    /// Issues a station's certificate, registers it and writes the configuration of its agent. No agent runs.
    ///
    /// # Errors
    /// What the programs say.
    pub fn station_config(&self, name: &str) -> Result<PathBuf> {
        Ok(self.new_station(name)?.1)
    }

    fn new_station(&self, name: &str) -> Result<(StationId, PathBuf)> {
        let (out, authority) = (self.path(name), text(&self.path("server")));
        let arguments = ["ca", "issue", "station", "--dir", &authority, "--name", name];
        let issued = self.run(
            "certs",
            &[&arguments[..], &["--out", &text(&out), "--json"]].concat(),
        )?;
        let issued: Issued = serde_json::from_str(&issued).context("certs ca issue station")?;
        self.register(&out.join("station.pem"))?;
        let config = out.join("station.toml");
        let settings = format!(
            "server = \"wss://localhost:{}\"\nca = \"{}\"\ncertificate = \"station.pem\"\nkey = \"station.key\"\n",
            self.address().port(),
            text(&self.exam_ca()),
        );
        std::fs::write(&config, settings)?;
        Ok((issued.station, config))
    }
}

impl Station {
    /// Ends the agent.
    ///
    /// # Errors
    /// When it has ended before.
    pub fn stop(&mut self) -> Result<()> {
        self.agent.kill()?;
        self.agent.wait()?;
        Ok(())
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        // Already gone is as good.
        let _gone = self.agent.kill();
        let _status = self.agent.wait();
    }
}
