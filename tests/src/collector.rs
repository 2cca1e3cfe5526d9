//! A syslog collector that shares no code with us: `rsyslogd` with a configuration of its own in a throw-away folder, on a
//! free port, over TCP or TLS. Says what it has written down. Ends with the handle.

use anyhow::{Context, Result, ensure};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the daemon may take to listen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A message as the daemon understood it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Host name, application and message id.
    pub header: [String; 3],
    /// Facility and severity.
    pub priority: (u8, u8),
    /// Structured data.
    pub data: String,
}

impl Received {
    /// A parameter of the structured data, escapes and all.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let begins = format!(" {name}=\"");
        let rest = self.data.split_once(&begins)?.1;
        Some(rest.split_once("\" ").or_else(|| rest.split_once("\"]"))?.0)
    }

    /// The record's number.
    ///
    /// # Errors
    /// When there is none.
    pub fn sequence(&self) -> Result<i64> {
        Ok(self.parameter("sequence").context("no sequence")?.parse()?)
    }
}

/// The collector.
#[derive(Debug)]
pub struct Collector {
    folder: PathBuf,
    program: PathBuf,
    port: u16,
    running: Option<Child>,
}

impl Collector {
    /// A collector over TCP, not yet running; none where `rsyslogd` is not installed.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn tcp(folder: PathBuf) -> Result<Option<Self>> {
        Self::make(folder, "")
    }

    /// A collector over TLS with a certificate for `localhost`; [`Self::ca`] is whom to trust.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn tls(folder: PathBuf) -> Result<Option<Self>> {
        let driver = "StreamDriver.Name=\"gtls\" StreamDriver.Mode=\"1\" StreamDriver.AuthMode=\"anon\"";
        let collector = Self::make(folder, driver)?;
        if let Some(collector) = &collector {
            collector.certify()?;
        }
        Ok(collector)
    }

    fn make(folder: PathBuf, driver: &str) -> Result<Option<Self>> {
        let places = ["/usr/sbin/rsyslogd", "/usr/bin/rsyslogd"].map(PathBuf::from);
        let Some(program) = places.into_iter().find(|path| path.exists()) else {
            return Ok(None);
        };
        std::fs::create_dir_all(&folder)?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let at = folder.display();
        let secure = if driver.is_empty() {
            String::new()
        } else {
            format!(
                "global(DefaultNetstreamDriver=\"gtls\" DefaultNetstreamDriverCAFile=\"{at}/ca.pem\"\n  \
                 DefaultNetstreamDriverCertFile=\"{at}/cert.pem\" DefaultNetstreamDriverKeyFile=\"{at}/key.pem\")\n"
            )
        };
        let config = format!(
            "global(workDirectory=\"{at}\" maxMessageSize=\"64k\")\n{secure}\
             module(load=\"imtcp\" {driver})\n\
             template(name=\"fields\" type=\"string\" string=\"%hostname%\\t%app-name%\\t%msgid%\\t%syslogfacility%\\t\
             %syslogseverity%\\t%structured-data%\\n\")\n\
             input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{port}\")\n\
             action(type=\"omfile\" file=\"{at}/messages\" template=\"fields\")\n"
        );
        std::fs::write(folder.join("rsyslog.conf"), config)?;
        Ok(Some(Self {
            folder,
            program,
            port,
            running: None,
        }))
    }

    fn certify(&self) -> Result<()> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names)?.signed_by(&key, &ca)?;
        std::fs::write(self.ca(), ca.pem())?;
        std::fs::write(self.folder.join("cert.pem"), certificate.pem())?;
        std::fs::write(self.folder.join("key.pem"), key.serialize_pem())?;
        Ok(())
    }

    /// Whom a client of the TLS collector trusts.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// `localhost:port`.
    pub fn address(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Starts the daemon and waits until it listens.
    ///
    /// # Errors
    /// When it ends or does not listen.
    pub async fn start(&mut self) -> Result<()> {
        let said = std::fs::File::create(self.folder.join("said"))?;
        let (config, id) = (self.folder.join("rsyslog.conf"), self.folder.join("pid"));
        // Left by a daemon that was killed.
        let _gone = std::fs::remove_file(&id);
        let child = Command::new(&self.program)
            .arg("-n")
            .arg("-f")
            .arg(config)
            .arg("-i")
            .arg(id)
            .stdout(Stdio::null())
            .stderr(said)
            .spawn()?;
        self.running = Some(child);
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            ensure!(
                began.elapsed() < PATIENCE,
                "rsyslogd does not listen: {}",
                self.said()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.join("said")).unwrap_or_default()
    }

    /// Ends the daemon with SIGKILL; what it held in memory is lost.
    ///
    /// # Errors
    /// When it is not running.
    pub fn kill(&mut self) -> Result<()> {
        let mut child = self.running.take().context("rsyslogd is not running")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// What it has written down so far.
    ///
    /// # Errors
    /// When a line is not in the form that was asked for.
    pub fn received(&self) -> Result<Vec<Received>> {
        let text = std::fs::read_to_string(self.folder.join("messages")).unwrap_or_default();
        // The last line may still be under way.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole
            .lines()
            // The daemon's words about itself come in the same file.
            .filter(|line| !line.contains("\trsyslogd\t"))
            .map(message)
            .collect()
    }
}

fn message(line: &str) -> Result<Received> {
    let parts: Vec<&str> = line.splitn(6, '\t').collect();
    let [host, application, id, facility, severity, data] = parts[..] else {
        anyhow::bail!("not a line of the template: {line}");
    };
    Ok(Received {
        header: [host, application, id].map(str::to_owned),
        priority: (facility.parse()?, severity.parse()?),
        data: data.to_owned(),
    })
}

impl Drop for Collector {
    fn drop(&mut self) {
        if let Some(child) = self.running.as_mut() {
            // Already gone is as good.
            let _gone = child.kill();
            let _status = child.wait();
        }
    }
}
