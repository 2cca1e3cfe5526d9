//! Another server process on the database of a hall, with the same settings and keys, as in a province with many nodes.

use super::{Hall, text};
use crate::door::Door;
use crate::programs::program;
use anyhow::{Context, Result, ensure};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

/// A further node; it ends with this value.
#[derive(Debug)]
pub struct Node {
    child: Child,
    address: SocketAddr,
    exam_ca: PathBuf,
}

impl Hall {
    /// Starts a further node on a port of its own and waits until it answers. The hall's database must be on a server.
    ///
    /// # Errors
    /// When it does not answer within 20 s.
    pub async fn add_node(&self) -> Result<Node> {
        ensure!(self.url.is_some(), "a file has one server");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let log = File::create(self.path(&format!("node-{port}.log")))?;
        let child = Command::new(program("exam-server")?)
            .args(["serve", "--config", &text(&self.config())])
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("EXAM__HTTP__LISTEN", address.to_string())
            .stderr(log)
            .spawn()?;
        let node = Node {
            child,
            address,
            exam_ca: self.exam_ca(),
        };
        let door = node.door()?;
        for _ in 0..200 {
            let health = door
                .http()
                .get(door.url(exam_protocol::route::HEALTH))
                .send()
                .await;
            if health.is_ok_and(|response| response.status().is_success()) {
                return Ok(node);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let log = std::fs::read_to_string(self.path(&format!("node-{port}.log"))).unwrap_or_default();
        Err(anyhow::anyhow!(log)).context("the node does not answer")
    }
}

impl Node {
    /// Its doors.
    ///
    /// # Errors
    /// When the exam CA can't be read.
    pub fn door(&self) -> Result<Door> {
        Door::new(self.address, &self.exam_ca)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it with SIGKILL.
    ///
    /// # Errors
    /// When it is gone already.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Already gone is as good.
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}
