//! A collector on a socket: reads frames as RFC 6587 says, hangs up, comes back.

use super::*;
use crate::audit::chain::{Act, Actor};
use crate::audit::feed::SETTLE;
use crate::trial::Trial;
use tokio::net::TcpListener;

async fn act(trial: &Trial, object: &str) {
    let mut tx = trial.app.db.write().await.unwrap();
    let act = Act {
        at: trial.app.clock.now(),
        actor: &Actor::command(),
        act: "room.open",
        object,
        was: "",
        became: "",
        reason: "",
    };
    store::append(&mut tx, &act).await.unwrap();
    tx.commit().await.unwrap();
}

/// Takes a connection and reads that many messages; the connection stays open while the stream is held.
async fn read(listener: &TcpListener, messages: usize) -> (TcpStream, Vec<String>) {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut found = Vec::new();
    while found.len() < messages {
        let mut length = 0;
        loop {
            match stream.read_u8().await.unwrap() {
                b' ' => break,
                digit => length = length * 10 + usize::from(digit - b'0'),
            }
        }
        let mut message = vec![0; length];
        stream.read_exact(&mut message).await.unwrap();
        found.push(String::from_utf8(message).unwrap());
    }
    (stream, found)
}

#[tokio::test]
async fn a_collector_gets_every_record_and_again_what_it_may_have_lost() {
    let trial = Trial::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let collector = Collector {
        name: "siem".into(),
        address: listener.local_addr().unwrap().to_string(),
        protocol: Protocol::Tcp,
        ca: None,
    };
    act(&trial, "room:1").await;
    act(&trial, "room:2 \"]\n<0>1 forged").await;
    let sent = async || store::feed_sent(trial.app.db.reader(), "siem").await.unwrap();
    // The collector dies at once after it got two messages.
    tokio::select! {
        ended = connection(&trial.app, &collector) => panic!("{ended:?}"),
        (_, found) = read(&listener, 2) => {
            assert!(found[0].contains("sequence=\"1\""), "{found:?}");
            assert!(found[1].contains("object=\"room:2 \\\"\\]\u{fffd}<0>1 forged\""), "{found:?}");
        }
    }
    assert_eq!(sent().await, 0, "the connection has not outlived them");
    // It comes back, gets both again, and stays until they count.
    let collecting = async {
        let (_stream, found) = read(&listener, 2).await;
        assert!(found[0].contains("sequence=\"1\""), "{found:?}");
        trial.app.clock.advance(SETTLE);
        while sent().await < 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        ended = connection(&trial.app, &collector) => panic!("{ended:?}"),
        () = collecting => {}
    }
    act(&trial, "room:3").await;
    let (ended, found) = tokio::join!(connection(&trial.app, &collector), async {
        let (stream, found) = read(&listener, 1).await;
        drop(stream);
        found
    });
    assert!(found[0].contains("sequence=\"3\""), "{found:?}");
    assert!(ended.is_err(), "a hang-up is noticed");
}
