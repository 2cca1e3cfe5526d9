//! A network line that can be cut: forwards TCP connections to the server until told to stop, as a pulled cable would.

use anyhow::Result;
use std::net::SocketAddr;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The line; it is gone when dropped.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    up: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Line {
    /// Lays a line on a free port of this machine to `server`.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn to(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (up, state) = watch::channel(true);
        let task = tokio::spawn(forward_all(listener, server, state));
        Ok(Self { address, up, task })
    }

    /// Where to connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks all connections and lets none through.
    pub fn cut(&self) {
        self.up.send_replace(false);
    }

    /// Lets connections through again.
    pub fn mend(&self) {
        self.up.send_replace(true);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward_all(listener: TcpListener, server: SocketAddr, state: watch::Receiver<bool>) {
    while let Ok((stream, _)) = listener.accept().await {
        if *state.borrow() {
            tokio::spawn(forward(stream, server, state.clone()));
        }
    }
}

async fn forward(mut near: TcpStream, server: SocketAddr, mut state: watch::Receiver<bool>) {
    let Ok(mut far) = TcpStream::connect(server).await else {
        return;
    };
    tokio::select! {
        // Either side closing, or the cut: in both cases the connection is over.
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = state.wait_for(|up| !up) => {}
    }
}
