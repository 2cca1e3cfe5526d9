//! Login through the router, as browsers at several addresses would: each keeps its own cookies.

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

#[tokio::test]
async fn a_resting_session_locks_itself_and_its_password_opens_it() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    trial.app.clock.advance(Millis::minutes(14));
    assert_eq!(lan.said(Method::POST, route::ACTIVITY, &()).await, "ok");
    trial.app.clock.advance(Millis::minutes(14));
    assert_eq!(lan.rooms().await, "ok", "reading is no activity");
    trial.app.clock.advance(Millis::minutes(2));
    for path in [route::ROOMS, route::LOGIN, route::MY_SESSIONS] {
        assert_eq!(lan.said(Method::GET, path, &()).await, "session-locked", "{path}");
    }
    assert_eq!(
        lan.said(Method::POST, route::ACTIVITY, &()).await,
        "session-locked"
    );
    assert_eq!(
        lan.recovery("lan").await,
        "session-locked",
        "a factor does not open it"
    );
    let old = lan.clone();
    let unlock = |password: &str| Unlock {
        password: password.into(),
    };
    assert_eq!(
        lan.said(Method::POST, route::UNLOCK, &unlock("sai")).await,
        "wrong-credentials"
    );
    assert_eq!(
        lan.said(Method::POST, route::UNLOCK, &unlock(PASSWORD)).await,
        "ok"
    );
    assert_eq!(lan.rooms().await, "ok");
    assert_eq!(old.clone().rooms().await, "not-logged-in", "with another token");
    assert_eq!(
        (
            acts(&trial, "staff.unlock").await,
            acts(&trial, "staff.unlock-failed").await
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn administrators_rest_less() {
    let trial = Trial::new().await;
    let grant = [
        "staff",
        "add",
        "--name",
        "sao",
        "--display",
        "Sao",
        "--break-glass",
    ];
    assert!(trial.command(&grant).await);
    let mut tx = trial.app.db.write().await.unwrap();
    let id = store::account::id_of(&mut tx, "minh").await.unwrap().unwrap();
    let administrator = Grant {
        role: Role::Administrator,
        scope: Scope::Installation,
    };
    store::grant(&mut tx, id, administrator, "command", trial.app.clock.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut minh = Visitor::new(&trial, 1);
    minh.log_in("minh").await;
    let me: Me = minh.get(route::LOGIN).await;
    assert_eq!(me.idle.after, Millis::minutes(5));
    trial.app.clock.advance(Millis::minutes(6));
    assert_eq!(minh.rooms().await, "session-locked");
}

#[tokio::test]
async fn the_oldest_of_too_many_sessions_ends_and_own_ones_can_be_ended() {
    let trial = Trial::new().await;
    let mut visitors = Vec::new();
    for last in 1..=6 {
        let mut visitor = Visitor::new(&trial, last);
        visitor.log_in("lan").await;
        trial.app.clock.advance(Millis::seconds(1));
        visitors.push(visitor);
    }
    assert_eq!(visitors[0].rooms().await, "not-logged-in");
    let list: Vec<SessionView> = visitors[1].get(route::MY_SESSIONS).await;
    assert_eq!(list.len(), 5);
    assert_eq!(list.iter().filter(|one| one.current).count(), 1);
    assert_eq!(list[0].address, "10.0.0.6");
    let newest = route::with_id(route::MY_SESSION, list[0].id);
    assert_eq!(visitors[1].said(Method::DELETE, &newest, &()).await, "ok");
    assert_eq!(visitors[5].rooms().await, "not-logged-in");
    let mut minh = Visitor::new(&trial, 9);
    minh.log_in("minh").await;
    let foreign = route::with_id(route::MY_SESSION, list[1].id);
    assert_eq!(
        minh.said(Method::DELETE, &foreign, &()).await,
        "not-found",
        "somebody else's"
    );
}

#[tokio::test]
async fn sessions_end_in_time_but_not_in_a_running_room() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    trial.sql("update room set state = 'running'", &[]).await;
    for _ in 0..13 * 6 {
        trial.app.clock.advance(Millis::minutes(10));
        assert_eq!(lan.said(Method::POST, route::ACTIVITY, &()).await, "ok");
    }
    trial.sql("update room set state = 'closed'", &[]).await;
    assert_eq!(
        lan.rooms().await,
        "not-logged-in",
        "13 hours and no room is running"
    );
}

#[tokio::test]
async fn a_new_member_changes_the_password_and_enrols_a_factor_before_anything_else() {
    let trial = Trial::new().await;
    trial
        .sql("update staff set password_given = 1 where name = 'lan'", &[])
        .await;
    trial.sql("delete from staff_factor", &[]).await;
    let mut lan = Visitor::new(&trial, 1);
    assert_eq!(lan.password("lan", PASSWORD).await, "ok");
    let me: Me = lan.get(route::LOGIN).await;
    assert_eq!(me.duties, [Duty::ChangePassword, Duty::EnrolFactor]);
    assert_eq!(lan.rooms().await, "duty-first");
    let mut change = PasswordChange {
        old: PASSWORD.into(),
        new: "lan-1234".into(),
    };
    assert_eq!(
        lan.said(Method::POST, route::MY_PASSWORD, &change).await,
        "password-refused"
    );
    change.new = PASSWORD.into();
    assert_eq!(
        lan.said(Method::POST, route::MY_PASSWORD, &change).await,
        "password-refused",
        "the same again"
    );
    change.new = "trời mưa rồi lại nắng".into();
    assert_eq!(lan.said(Method::POST, route::MY_PASSWORD, &change).await, "ok");
    assert_eq!(lan.rooms().await, "duty-first");
    enrol_app(&trial, &mut lan).await;
    assert_eq!(lan.rooms().await, "ok");
    let codes: RecoveryCodes =
        serde_json::from_value(lan.post(route::MY_RECOVERY_CODES, &()).await.1).unwrap();
    assert_eq!(codes.codes.len(), 10);
    let factors: Vec<FactorView> = lan.get(route::MY_FACTORS).await;
    assert_eq!(
        factors.iter().map(|one| (one.kind, one.left)).collect::<Vec<_>>(),
        [(FactorKind::Totp, None), (FactorKind::RecoveryCode, Some(10)),]
    );
    let last = route::with_id(route::MY_FACTOR, &factors[0].id);
    assert_eq!(
        lan.said(Method::DELETE, &last, &()).await,
        "wrong-state",
        "the last one stays"
    );
    let mut again = Visitor::new(&trial, 2);
    assert_eq!(
        again.password("lan", PASSWORD).await,
        "wrong-credentials",
        "the old password"
    );
    assert_eq!(again.password("lan", &change.new).await, "ok");
    let code = codes.codes[3].to_lowercase();
    assert_eq!(again.show(&SecondFactor::RecoveryCode { code }).await, "ok");
    change = PasswordChange {
        old: change.new,
        new: PASSWORD.into(),
    };
    assert_eq!(
        lan.said(Method::POST, route::MY_PASSWORD, &change).await,
        "password-refused",
        "an earlier one"
    );
}

async fn enrol_app(trial: &Trial, visitor: &mut Visitor<'_>) {
    let (_, offer) = visitor.post(route::MY_TOTP, &()).await;
    let offer: TotpOffer = serde_json::from_value(offer).unwrap();
    assert!(offer.uri.contains(&offer.secret));
    assert!(offer.modules.len() >= 21 && offer.modules.iter().all(|row| row.len() == offer.modules.len()));
    let enrolment = |code: String| TotpEnrolment {
        label: "điện thoại".into(),
        code,
    };
    let wrong = enrolment("000000".into());
    assert_eq!(
        visitor.said(Method::PUT, route::MY_TOTP, &wrong).await,
        "wrong-credentials"
    );
    let code = code_of(&offer.secret, trial.app.clock.now());
    let before = visitor.clone();
    assert_eq!(
        visitor
            .said(Method::PUT, route::MY_TOTP, &enrolment(code.clone()))
            .await,
        "ok"
    );
    assert_eq!(
        before.clone().rooms().await,
        "not-logged-in",
        "more rights, another token"
    );
    assert_eq!(
        visitor.said(Method::PUT, route::MY_TOTP, &enrolment(code)).await,
        "wrong-state",
        "taken once"
    );
}

fn code_of(base32: &str, at: Timestamp) -> String {
    let secret = totp_rs::Secret::try_from_base32(base32).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(at.0 / 1000).unwrap()).to_string()
}

#[tokio::test]
async fn own_factors_want_a_fresh_confirmation() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    trial.app.clock.advance(Millis::minutes(6));
    assert_eq!(
        lan.said(Method::POST, route::MY_TOTP, &()).await,
        "step-up-needed"
    );
    assert_eq!(
        lan.said(Method::POST, route::MY_RECOVERY_CODES, &()).await,
        "step-up-needed"
    );
    let before = lan.clone();
    assert_eq!(lan.recovery("lan").await, "ok");
    assert_eq!(
        before.clone().rooms().await,
        "not-logged-in",
        "another token after the step-up"
    );
    assert_eq!(lan.said(Method::POST, route::MY_TOTP, &()).await, "ok");
}

#[tokio::test]
async fn closed_ended_and_forgotten_accounts_stay_out() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    assert!(
        trial
            .command(&["staff", "disable", "lan", "--reason", "nghỉ hưu"])
            .await
    );
    assert_eq!(lan.rooms().await, "not-logged-in", "sessions end at once");
    assert_eq!(lan.password("lan", PASSWORD).await, "wrong-credentials");
    assert!(trial.command(&["staff", "enable", "lan"]).await);
    assert_eq!(lan.password("lan", PASSWORD).await, "ok");
    let mut minh = Visitor::new(&trial, 2);
    minh.log_in("minh").await;
    let soon = trial.app.clock.now() + Millis::minutes(10);
    trial
        .sql(
            &format!("update staff set ends_at = {} where name = 'minh'", soon.0),
            &[],
        )
        .await;
    assert_eq!(minh.rooms().await, "ok");
    trial.app.clock.advance(Millis::minutes(11));
    assert_eq!(minh.rooms().await, "not-logged-in", "its end ends its sessions");
    assert_eq!(minh.password("minh", PASSWORD).await, "wrong-credentials");
    let mut hoa = Visitor::new(&trial, 3);
    hoa.log_in("hoa").await;
    trial.app.clock.advance(Millis::minutes(46 * 24 * 60));
    assert_eq!(
        hoa.password("hoa", PASSWORD).await,
        "wrong-credentials",
        "46 days"
    );
    assert_eq!(
        trial
            .number("select count(*) from staff where disabled_why = 'unused'")
            .await,
        1
    );
    assert_eq!(acts(&trial, "staff.login-refused").await, 3);
}

#[tokio::test]
async fn the_emergency_account_is_loud_good_once_and_for_an_hour() {
    let trial = Trial::new().await;
    let add = [
        "staff",
        "add",
        "--name",
        "khan",
        "--display",
        "Khẩn cấp",
        "--break-glass",
        "--grant",
        "site-lead@installation",
    ];
    assert!(trial.command(&add).await);
    let hash = password::hash("trong phong bì").unwrap();
    trial
        .sql(
            "update staff set password_hash = $1 where name = 'khan'",
            &[&hash],
        )
        .await;
    let mut first = Visitor::new(&trial, 1);
    assert_eq!(first.password("khan", "trong phong bì").await, "ok");
    assert_eq!(first.rooms().await, "ok", "no second factor, no duty");
    assert_eq!(acts(&trial, "staff.break-glass").await, 1);
    assert_eq!(
        Visitor::new(&trial, 2).password("khan", "trong phong bì").await,
        "wrong-credentials",
        "once"
    );
    for _ in 0..6 {
        assert_eq!(first.said(Method::POST, route::ACTIVITY, &()).await, "ok");
        trial.app.clock.advance(Millis::minutes(10));
    }
    assert_eq!(first.rooms().await, "not-logged-in", "an hour");
    assert!(trial.command(&["staff", "rearm", "khan"]).await);
    assert_eq!(
        trial
            .number("select count(*) from staff where break_glass = 'armed'")
            .await,
        1
    );
    assert!(
        !trial.command(&["staff", "rearm", "lan"]).await,
        "no emergency account"
    );
}

#[tokio::test]
async fn another_site_can_not_write() {
    let trial = Trial::new().await;
    let cookie = trial.login("lan").await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let request = Request::post(route::LIVE_TOKEN)
            .header(header::COOKIE, &cookie)
            .header(header::HOST, "localhost:8443")
            .header(name, value)
            .body(Body::empty())
            .unwrap();
        let response = trial
            .router_for([10, 0, 0, 1].into())
            .oneshot(request)
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{name}");
    }
}

#[tokio::test]
async fn reset_factors_are_enrolled_anew() {
    let trial = Trial::new().await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    assert!(trial.command(&["staff", "reset-factors", "lan"]).await);
    assert_eq!(lan.rooms().await, "not-logged-in");
    assert_eq!(lan.password("lan", PASSWORD).await, "ok");
    let me: Me = lan.get(route::LOGIN).await;
    assert_eq!(me.duties, [Duty::EnrolFactor]);
    assert!(me.last_login.is_some());
}

#[tokio::test]
async fn a_second_official_shows_a_code_too() {
    let trial = Trial::new().await;
    trial.sql("update room set state = 'open'", &[]).await;
    let mut lan = Visitor::new(&trial, 1);
    lan.log_in("lan").await;
    let path = route::with_id(route::ATTEMPT_MANUAL_ADMIT, trial.attempts[0]);
    let good = trial.confirmation("minh").await;
    let mut said = Vec::new();
    for second in [
        LoginRequest {
            code: None,
            ..good.clone()
        },
        LoginRequest {
            code: Some("000000".into()),
            ..good.clone()
        },
        LoginRequest {
            password: "sai".into(),
            ..good.clone()
        },
        good.clone(),
        good,
    ] {
        let request = ManualAdmitRequest {
            second,
            reason: "quên thẻ ở nhà".into(),
        };
        said.push(lan.said(Method::POST, &path, &request).await);
    }
    let wrong = "wrong-credentials";
    assert_eq!(said, [wrong, wrong, wrong, "ok", wrong], "a code is good once");
    assert_eq!(acts(&trial, "staff.confirm-failed").await, 3);
}
