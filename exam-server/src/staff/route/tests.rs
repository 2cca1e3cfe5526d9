//! Login through the router, as browsers at several addresses would: each keeps its own cookies.

mod session;

use super::*;
use crate::staff::access::SESSION_COOKIE;
use crate::staff::factor::totp::SharedSecret;
use crate::trial::{PASSWORD, SECRET, Trial};
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use exam_protocol::console::ManualAdmitRequest;
use exam_protocol::right::{Role, Scope};
use exam_protocol::staff::{
    Duty, FactorKind, PasswordChange, SecondFactor, SessionView, TotpEnrolment, TotpOffer, Unlock,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;
use tower::ServiceExt;

/// A browser with its cookies.
#[derive(Clone)]
struct Visitor<'a> {
    trial: &'a Trial,
    address: IpAddr,
    cookies: BTreeMap<String, String>,
}

impl<'a> Visitor<'a> {
    fn new(trial: &'a Trial, last: u8) -> Self {
        Self {
            trial,
            address: [10, 0, 0, last].into(),
            cookies: BTreeMap::new(),
        }
    }

    async fn send(&mut self, method: Method, path: &str, body: &impl Serialize) -> (StatusCode, Value) {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(serde_json::to_vec(body).unwrap()))
            .unwrap();
        let response = self
            .trial
            .router_for(self.address)
            .oneshot(request)
            .await
            .unwrap();
        for set in response.headers().get_all(header::SET_COOKIE) {
            let (name, value) = set
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .split_once('=')
                .unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn post(&mut self, path: &str, body: &impl Serialize) -> (StatusCode, Value) {
        self.send(Method::POST, path, body).await
    }

    async fn get<T: DeserializeOwned>(&mut self, path: &str) -> T {
        let (status, body) = self.send(Method::GET, path, &()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        serde_json::from_value(body).unwrap()
    }

    /// What the server says of a request: `ok`, or the problem's code.
    async fn said(&mut self, method: Method, path: &str, body: &impl Serialize) -> String {
        let (status, body) = self.send(method, path, body).await;
        if status.is_success() {
            "ok".into()
        } else {
            body["code"].as_str().unwrap().to_owned()
        }
    }

    async fn password(&mut self, name: &str, password: &str) -> String {
        let request = LoginRequest {
            name: name.into(),
            password: password.into(),
            code: None,
        };
        self.said(Method::POST, route::LOGIN, &request).await
    }

    async fn show(&mut self, factor: &SecondFactor) -> String {
        self.said(Method::POST, route::SECOND_FACTOR, factor).await
    }

    async fn recovery(&mut self, name: &str) -> String {
        let code = self.trial.recovery_code(name).await;
        self.show(&SecondFactor::RecoveryCode { code }).await
    }

    async fn log_in(&mut self, name: &str) {
        assert_eq!(self.password(name, PASSWORD).await, "ok");
        assert_eq!(self.recovery(name).await, "ok");
    }

    async fn rooms(&mut self) -> String {
        self.said(Method::GET, route::ROOMS, &()).await
    }

    fn session(&self) -> String {
        self.cookies[SESSION_COOKIE].clone()
    }
}

fn totp(trial: &Trial, ahead: i64) -> SecondFactor {
    let at = trial.app.clock.now() + Millis::seconds(30 * ahead);
    SecondFactor::Totp {
        code: SharedSecret::new(SECRET, "x").unwrap().code_at(at),
    }
}

async fn acts(trial: &Trial, act: &str) -> i64 {
    trial
        .number(&format!("select count(*) from audit where act = '{act}'"))
        .await
}

#[tokio::test]
async fn a_login_takes_two_steps_and_each_gives_another_token() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    let request = LoginRequest {
        name: " LAN ".into(),
        password: PASSWORD.into(),
        code: None,
    };
    let (_, step) = lan.post(route::LOGIN, &request).await;
    assert_eq!(step["step"], "second_factor");
    assert_eq!(step["methods"][0], "totp");
    let half = lan.clone();
    assert_eq!(
        lan.rooms().await,
        "not-logged-in",
        "the password alone opens nothing"
    );
    assert_eq!(lan.show(&totp(&trial, 0)).await, "ok");
    assert_eq!(lan.rooms().await, "ok");
    assert_ne!(lan.session(), half.session());
    let mut fixed = half.clone();
    assert_eq!(
        fixed.rooms().await,
        "not-logged-in",
        "the token of the first step is dead"
    );
    assert_eq!(fixed.show(&totp(&trial, 1)).await, "not-logged-in");
    assert_eq!(lan.said(Method::DELETE, route::LOGIN, &()).await, "ok");
    assert_eq!(lan.rooms().await, "not-logged-in");
    for act in ["staff.login", "staff.logout", "staff.second-factor"] {
        assert_eq!(acts(&trial, act).await, 1, "{act}");
    }
}

#[tokio::test]
async fn codes_are_good_once() {
    let trial = Trial::new().await;
    let (mut one, mut two) = (Visitor::new(&trial, 1), Visitor::new(&trial, 2));
    let code = totp(&trial, 0);
    for visitor in [&mut one, &mut two] {
        assert_eq!(visitor.password("lan", PASSWORD).await, "ok");
    }
    assert_eq!(one.show(&code).await, "ok");
    assert_eq!(two.show(&code).await, "wrong-credentials", "seen over a shoulder");
    assert_eq!(
        two.show(&totp(&trial, -1)).await,
        "wrong-credentials",
        "an older one"
    );
    assert_eq!(two.show(&totp(&trial, 1)).await, "ok", "the next one");
    let code = SecondFactor::RecoveryCode {
        code: trial.recovery_code("minh").await,
    };
    for expected in ["ok", "wrong-credentials"] {
        let mut visitor = Visitor::new(&trial, 3);
        assert_eq!(visitor.password("minh", PASSWORD).await, "ok");
        assert_eq!(visitor.show(&code).await, expected);
    }
    let foreign = SecondFactor::RecoveryCode {
        code: trial.recovery_code("hoa").await,
    };
    let mut visitor = Visitor::new(&trial, 4);
    assert_eq!(visitor.password("minh", PASSWORD).await, "ok");
    assert_eq!(
        visitor.show(&foreign).await,
        "wrong-credentials",
        "somebody else's"
    );
}

#[tokio::test]
async fn guessing_locks_the_guesser_out_and_nobody_who_was_there_before() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    let mut thief = Visitor::new(&trial, 1);
    for _ in 0..5 {
        assert_eq!(
            thief.password("lan", "sai mật khẩu rồi").await,
            "wrong-credentials"
        );
    }
    assert_eq!(
        thief.password("lan", PASSWORD).await,
        "too-many-tries",
        "even the right one"
    );
    assert_eq!(
        lan.password("lan", PASSWORD).await,
        "ok",
        "a browser that was there before, at the same address"
    );
    assert_eq!(lan.recovery("lan").await, "ok");
    assert_eq!(
        Visitor::new(&trial, 2).password("lan", PASSWORD).await,
        "ok",
        "elsewhere"
    );
    assert_eq!(
        Visitor::new(&trial, 1).password("minh", PASSWORD).await,
        "ok",
        "somebody else there"
    );
    assert_eq!(acts(&trial, "staff.login-failed").await, 5);
    assert_eq!(acts(&trial, "staff.lock-out").await, 1);
    assert!(trial.command(&["staff", "enable", "lan"]).await);
    assert_eq!(
        thief.password("lan", PASSWORD).await,
        "ok",
        "an administrator has opened it"
    );
}

#[tokio::test]
async fn guesses_from_everywhere_end_too_and_rest_opens_again() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    for last in 10..20 {
        for _ in 0..5 {
            assert_eq!(
                Visitor::new(&trial, last).password("lan", "x").await,
                "wrong-credentials"
            );
        }
    }
    assert_eq!(
        Visitor::new(&trial, 99).password("lan", PASSWORD).await,
        "too-many-tries"
    );
    assert_eq!(
        lan.password("lan", PASSWORD).await,
        "ok",
        "a browser that was there before"
    );
    trial.app.clock.advance(Millis::minutes(721));
    assert_eq!(Visitor::new(&trial, 10).password("lan", PASSWORD).await, "ok");
}

#[tokio::test]
async fn codes_can_not_be_guessed_with_a_stolen_password() {
    let trial = Trial::new().await;
    let mut refused = 0;
    for number in 0..12 {
        let mut thief = Visitor::new(&trial, 1);
        match thief.password("lan", PASSWORD).await.as_str() {
            "ok" => {}
            other => {
                assert_eq!(other, "too-many-tries");
                refused += 1;
                continue;
            }
        }
        let said = thief
            .show(&SecondFactor::Totp {
                code: format!("{number:06}"),
            })
            .await;
        assert!(
            ["wrong-credentials", "too-many-tries"].contains(&said.as_str()),
            "{said}"
        );
    }
    assert!(
        refused >= 7,
        "only {refused} of 12 were turned away: a right password must not clear the count"
    );
    assert_eq!(acts(&trial, "staff.second-factor-failed").await, 5);
}

#[tokio::test]
async fn many_tries_at_once_are_not_more_than_one_after_another() {
    let trial = Trial::new().await;
    let mut tries = Vec::new();
    for _ in 0..20 {
        tries.push(async { Visitor::new(&trial, 1).password("lan", "sai").await });
    }
    let said = futures_util::future::join_all(tries).await;
    assert_eq!(said.iter().filter(|said| *said == "wrong-credentials").count(), 5);
}

#[tokio::test]
async fn an_unknown_name_is_answered_like_a_known_one() {
    let trial = Trial::new().await;
    let mut answers = Vec::new();
    for name in ["lan", "nobody"] {
        let mut visitor = Visitor::new(&trial, 1);
        let request = LoginRequest {
            name: name.into(),
            password: "sai".into(),
            code: None,
        };
        let mut said = Vec::new();
        for _ in 0..6 {
            said.push(visitor.post(route::LOGIN, &request).await);
        }
        assert!(visitor.cookies.is_empty());
        answers.push(said);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0][5].0, StatusCode::TOO_MANY_REQUESTS);
}
