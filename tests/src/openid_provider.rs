//! An OpenID provider that we did not write: `oidc-provider` for Node, over TLS on loopback, as a process of its own.
//! `cargo xtask setup` installs it; this starts and ends it.

use crate::hall::Hall;
use crate::programs::outside;
use anyhow::{Context, Result, bail, ensure};
use exam_protocol::route;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/oidc");

/// The secret that provider and exam server share.
pub const SECRET: &str = "a-secret-of-the-test-and-of-nothing-else";

/// How long the provider may take to listen.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the provider's logout tokens name; both are allowed (OpenID Connect Back-Channel Logout 1.0, section 2.4).
#[derive(Clone, Copy, Debug)]
pub enum LogoutToken {
    /// Who, and the session.
    SubjectAndSession,
    /// The session.
    SessionAlone,
}

/// The provider's process. It ends with this value.
#[derive(Debug)]
pub struct OpenIdProvider {
    child: Child,
    port: u16,
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        self.stop();
    }
}

impl OpenIdProvider {
    /// Makes the provider known to a hall whose server does not run yet, under the short name `so`; people without an
    /// account are added, and `thanh-tra` in `groups` makes an inspector.
    ///
    /// # Errors
    /// When the configuration can't be written.
    pub fn introduce(hall: &Hall, port: u16) -> Result<()> {
        std::fs::write(hall.path("server/oidc-so.secret"), SECRET)?;
        let config = std::fs::read_to_string(hall.config())?;
        let public = format!("public_url = \"https://localhost:{}\"", hall.address().port());
        let lines = config.lines().filter(|line| !line.starts_with("public_url"));
        let config = lines.collect::<Vec<_>>().join("\n") + "\n";
        ensure!(config.contains("[http]\n"), "no [http] in the configuration");
        let mut file = File::create(hall.config())?;
        let config = config.replacen("[http]\n", &format!("[http]\n{public}\n"), 1);
        write!(
            file,
            "{config}\n[[oidc.provider]]\nid = \"so\"\nname = \"Sở GD&ĐT\"\nissuer = \"https://localhost:{port}\"\n\
             client_id = \"truong-thi\"\nclient_secret_file = \"oidc-so.secret\"\nca = \"exam-ca.pem\"\n\
             scopes = [\"profile\"]\nunknown = \"create\"\norganisation = \"Sở GD&ĐT\"\n\
             role = [ {{ value = \"thanh-tra\", grant = \"inspector@installation\" }} ]\n"
        )?;
        Ok(())
    }

    /// Starts the provider, with `lan` (1001, inspector by her groups) and `minh` (1002, no role).
    ///
    /// # Errors
    /// When it is not installed or does not come up.
    pub fn start(hall: &Hall, port: u16, logout: LogoutToken) -> Result<Self> {
        let modules = outside("openid-provider/node_modules")?;
        let file = hall.path("provider.json");
        std::fs::write(&file, settings(hall, port, &modules, logout)?.to_string())?;
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .arg(&file)
            .current_dir(FOLDER)
            .env("NODE_EXTRA_CA_CERTS", hall.exam_ca())
            .stdout(Stdio::piped())
            .stderr(File::create(hall.path("provider.log"))?)
            .spawn()
            .context("node is not installed: run `cargo xtask setup`")?;
        let said = said(child.stdout.take().context("standard output")?);
        let provider = Self { child, port };
        match said.recv_timeout(PATIENCE) {
            Ok(line) if line == "ready" => Ok(provider),
            _ => bail!(
                "the provider did not come up: {}",
                std::fs::read_to_string(hall.path("provider.log"))?
            ),
        }
    }

    /// An address at the provider.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// Takes the provider away.
    pub fn stop(&mut self) {
        // Already gone is as good.
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

/// A port on which nobody listens.
///
/// # Errors
/// When there is none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// What the process prints, line by line. Read to its end, because a full or closed pipe would stop the process.
fn said(output: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens any more once it is ready.
            let _heard = sender.send(line);
        }
    });
    receiver
}

fn settings(hall: &Hall, port: u16, modules: &Path, logout: LogoutToken) -> Result<Value> {
    let base = format!("https://localhost:{}", hall.address().port());
    let own = |path: &str| format!("{base}{}", path.replace("{provider}", "so"));
    let account = |password: &str, name: &str, groups: &[&str]| {
        let claims = json!({ "name": name, "preferred_username": name, "groups": groups });
        json!({ "password": password, "claims": claims })
    };
    Ok(json!({
        "modules": modules,
        "port": port,
        "logout_names_session_alone": matches!(logout, LogoutToken::SessionAlone),
        "client_id": "truong-thi",
        "client_secret": SECRET,
        "redirect_uri": own(route::SINGLE_SIGN_ON_CALLBACK),
        "post_logout_redirect_uri": own(route::CONSOLE_PAGE),
        "backchannel_logout_uri": own(route::BACK_CHANNEL_LOGOUT),
        "certificate": hall.path("server/server.pem"),
        "key": hall.path("server/server.key"),
        "cookie_key": "a-cookie-key-of-the-test",
        "keys": [signing_key(hall)?],
        "accounts": {
            "1001": account("lan-pw", "lan", &["thanh-tra", "khac"]),
            "1002": account("minh-pw", "minh", &["khac"]),
        },
    }))
}

/// A fresh RSA key for the provider's tokens, as a JSON Web Key, made by Node itself.
fn signing_key(hall: &Hall) -> Result<Value> {
    let script = "const {generateKeyPairSync}=require('node:crypto');\
        const {privateKey}=generateKeyPairSync('rsa',{modulusLength:2048});\
        console.log(JSON.stringify({...privateKey.export({format:'jwk'}),kid:'k1',use:'sig',alg:'RS256'}))";
    let output = Command::new("node")
        .args(["-e", script])
        .current_dir(hall.path("server"))
        .output()
        .context("node is not installed: run `cargo xtask setup`")?;
    Ok(serde_json::from_slice(&output.stdout)?)
}
