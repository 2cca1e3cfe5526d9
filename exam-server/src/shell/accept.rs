//! Accepts connections: a slow or hostile handshake costs only its own task.

use super::metrics::{Held, Metrics};
use super::tls::Peer;
use axum::Router;
use axum::body::Body;
use axum::extract::Extension;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
const HEADER_TIME: Duration = Duration::from_secs(15);
const FAREWELL_TIME: Duration = Duration::from_secs(5);

/// How much one network address may take, and where it is counted.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections of one address at once.
    pub per_address: usize,
    /// What is measured.
    pub metrics: Arc<Metrics>,
}

/// Connections by address.
#[derive(Debug, Default)]
struct Addresses(Mutex<HashMap<IpAddr, usize>>);

/// An open connection of an address.
#[derive(Debug)]
struct Place {
    addresses: Arc<Addresses>,
    address: IpAddr,
    _counted: Held,
}

/// Keeps a connection's place as long as anything of it is served: a socket lives on after its request.
#[derive(Clone, Debug)]
pub struct Occupied(#[expect(dead_code, reason = "held, never looked at")] Arc<Place>);

impl Addresses {
    /// A place for one more connection; none when this address has as many as it may.
    fn place(self: &Arc<Self>, address: IpAddr, limits: &Limits) -> Option<Place> {
        let mut addresses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = addresses.entry(address).or_default();
        if *count >= limits.per_address {
            limits.metrics.connections_refused.add(1);
            return None;
        }
        *count += 1;
        Some(Place {
            addresses: self.clone(),
            address,
            _counted: limits.metrics.connections.held(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut addresses = self.addresses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}

/// Serves `router` until `stop` resolves, then lets open requests finish for a few seconds.
pub async fn serve(
    listener: TcpListener,
    (tls, limits): (Arc<ServerConfig>, Limits),
    router: Router,
    stop: impl Future<Output = ()>,
) {
    let acceptor = TlsAcceptor::from(tls);
    let addresses = Arc::<Addresses>::default();
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
        // Beyond the limit the connection is closed at once: it costs only its address.
        let Some(place) = addresses.place(address, &limits) else {
            continue;
        };
        let (acceptor, router, watcher) = (acceptor.clone(), router.clone(), graceful.watcher());
        tokio::spawn(async move {
            connection(stream, (address, Arc::new(place)), acceptor, router, watcher).await;
        });
    }
    drop(listener);
    if let Ok(graceful) = Arc::try_unwrap(graceful) {
        // Sockets that stay open longer are cut: all that was acknowledged is on disk.
        let _cut = tokio::time::timeout(FAREWELL_TIME, graceful.shutdown()).await;
    }
}

async fn connection(
    stream: TcpStream,
    (address, place): (IpAddr, Arc<Place>),
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
        .layer(Extension(Occupied(place)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn one_address_fills_its_own_places_only() {
        let limits = Limits {
            per_address: 2,
            metrics: Arc::default(),
        };
        let addresses = Arc::<Addresses>::default();
        let (greedy, other) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::BROADCAST));
        let first = addresses.place(greedy, &limits);
        let second = addresses.place(greedy, &limits);
        assert!(first.is_some() && second.is_some());
        assert!(addresses.place(greedy, &limits).is_none());
        assert!(addresses.place(other, &limits).is_some());
        drop(first);
        assert!(addresses.place(greedy, &limits).is_some());
        drop(second);
        assert!(
            addresses.0.lock().unwrap().is_empty(),
            "nothing is kept of who has gone"
        );
    }
}
