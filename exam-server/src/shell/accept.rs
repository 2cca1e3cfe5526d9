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
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
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
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await else {
        tracing::debug!("TLS handshake failed or took too long");
        return;
    };
    let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let peer = Peer {
        address,
        certificate: certificate.map(|der| der.as_ref().into()),
    };
    let begun = Arc::new(AtomicBool::new(false));
    let seen = begun.clone();
    let service = router
        .layer(Extension(peer))
        .map_request(move |r: hyper::Request<_>| {
            seen.store(true, Ordering::Relaxed);
            r.map(Body::new)
        });
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(16 * 1024);
    let serving = builder
        .serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service))
        .into_owned();
    let mut serving = std::pin::pin!(watcher.watch(serving));
    // The library's own limit runs from the first byte that can't be another protocol's; this one from the handshake.
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = tokio::time::sleep(HEADER_TIME) => {
            if !begun.load(Ordering::Relaxed) {
                return;
            }
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}
