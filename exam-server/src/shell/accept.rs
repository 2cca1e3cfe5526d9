//! Accepts connections: a slow or hostile handshake costs only its own task.

use super::tls::Peer;
use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncBufReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
const HEADER_TIME: Duration = Duration::from_secs(15);
const FAREWELL_TIME: Duration = Duration::from_secs(5);

/// Serves `router` until `stop` resolves, then lets open requests finish for a few seconds.
pub async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let acceptor = TlsAcceptor::from(tls);
    let graceful = Arc::new(GracefulShutdown::new());
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, address) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => (stream, address.ip()),
                Err(error) => {
                    // Most often: no descriptors left. Others are being closed; do not spin.
                    tracing::warn!(%error, "connection not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        tokio::spawn(connection(
            stream,
            address,
            acceptor.clone(),
            router.clone(),
            graceful.watcher(),
        ));
    }
    drop(listener);
    if let Ok(graceful) = Arc::try_unwrap(graceful) {
        // Sockets that stay open longer are cut: all that was acknowledged is on disk.
        let _cut = tokio::time::timeout(FAREWELL_TIME, graceful.shutdown()).await;
    }
}

async fn connection(
    stream: TcpStream,
    address: IpAddr,
    acceptor: TlsAcceptor,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let Ok(Ok(mut stream)) = tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await else {
        tracing::debug!("TLS handshake failed or took too long");
        return;
    };
    // The time for a request's head runs from its first byte; the first byte has a limit of its own.
    if !matches!(tokio::time::timeout(HEADER_TIME, stream.fill_buf()).await, Ok(Ok(first)) if !first.is_empty())
    {
        return;
    }
    let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let peer = Peer {
        address,
        certificate: certificate.map(|der| der.as_ref().into()),
    };
    let service = router
        .layer(Extension(peer))
        .map_request(|r: hyper::Request<_>| r.map(Body::new));
    // HTTP/1 from the first byte: a builder that first looks which version it is would wait for that byte for ever.
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(16 * 1024);
    let serving = builder
        .serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service))
        .into_owned();
    if let Err(error) = watcher.watch(serving).await {
        tracing::debug!(%error, "connection ended");
    }
}
