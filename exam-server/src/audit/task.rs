//! Sends records to the collectors of the configuration, beside the requests: an act never waits for a collector.

use super::feed::Delivery;
use super::{store, syslog};
use crate::app::App;
use crate::config::{Collector, Protocol};
use anyhow::{Context, Result, bail};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// How often new records are looked for.
const LOOK: Duration = Duration::from_millis(500);

/// How long a connection may take, and how long a collector may refuse to take bytes.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait before a collector is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// Runs until it is dropped.
pub async fn run(app: Arc<App>) {
    let mut collectors = JoinSet::new();
    for collector in app.config.audit.syslog.clone() {
        collectors.spawn(serve(app.clone(), collector));
    }
    while collectors.join_next().await.is_some() {}
}

async fn serve(app: Arc<App>, collector: Collector) {
    let mut told = false;
    loop {
        let Err(error) = connection(&app, &collector).await;
        if !told {
            tracing::warn!(
                collector = collector.name,
                error = format!("{error:#}"),
                "audit collector"
            );
        }
        told = true;
        tokio::time::sleep(RETRY).await;
    }
}

trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

async fn connect(collector: &Collector) -> Result<Box<dyn Line>> {
    let stream = tokio::time::timeout(PATIENCE, TcpStream::connect(&collector.address))
        .await
        .context("no answer")??;
    match collector.protocol {
        Protocol::Tcp => Ok(Box::new(stream)),
        Protocol::Tls => {
            let config = Arc::new(client(collector)?);
            let host = collector
                .address
                .rsplit_once(':')
                .map_or(&*collector.address, |(host, _)| host);
            let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())?;
            let line = TlsConnector::from(config).connect(name, stream);
            Ok(Box::new(
                tokio::time::timeout(PATIENCE, line).await.context("no TLS")??,
            ))
        }
    }
}

fn client(collector: &Collector) -> Result<ClientConfig> {
    let path = collector.ca.as_ref().context("a TLS collector needs `ca`")?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).with_context(|| path.display().to_string())? {
        roots.add(certificate?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

async fn connection(app: &App, collector: &Collector) -> Result<std::convert::Infallible> {
    let mut line = connect(collector).await?;
    let mut delivery = Delivery::after(store::feed_sent(app.db.reader(), &collector.name).await?);
    tracing::info!(
        collector = collector.name,
        after = delivery.sent(),
        "audit collector connected"
    );
    loop {
        let records = store::after(app.db.reader(), delivery.sent()).await?;
        if let Some(last) = records.last() {
            let frames: Vec<u8> = records
                .iter()
                .flat_map(|record| syslog::frame(record, &app.config.audit.host_name))
                .collect();
            let sending = async {
                line.write_all(&frames).await?;
                line.flush().await
            };
            tokio::time::timeout(PATIENCE, sending)
                .await
                .context("takes nothing")??;
            delivery.note(last.sequence, app.clock.now());
        } else {
            still_there(&mut line).await?;
        }
        if let Some(delivered) = delivery.settled(app.clock.now()) {
            let mut tx = app.db.write().await?;
            store::put_feed_sent(&mut tx, &collector.name, delivered, app.clock.now()).await?;
            tx.commit().await?;
        }
    }
}

/// Waits for a while, or until the collector hangs up. What it says is not listened to.
async fn still_there(line: &mut Box<dyn Line>) -> Result<()> {
    let mut ignored = [0; 256];
    match tokio::time::timeout(LOOK, line.read(&mut ignored)).await {
        Ok(Ok(0)) => bail!("the collector has closed the connection"),
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
