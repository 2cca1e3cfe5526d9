//! A whole installation in a throw-away folder for tests inside this crate: real keys, a real database, the real router
//! called without a network. Holds no rules. The database is a SQLite file, or a PostgreSQL of this run
//! (`EXAM_TEST_DATABASE=postgresql`).

mod database;

use crate::app::App;
use crate::clock::Clock;
use crate::command::Arguments;
use crate::config::Config;
use crate::db::Tx;
use crate::router::router;
use crate::shell::tls::Peer;
use crate::staff::access::SESSION_COOKIE;
use crate::staff::factor::{recovery, totp};
use crate::staff::store::Member;
use crate::staff::store::factor::Factor;
use crate::staff::{password, store as staff_store};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Extension;
use axum::http::{Request, StatusCode, header};
use clap::Parser;
use exam_protocol::bytes::Fixed;
use exam_protocol::console::LoginRequest;
use exam_protocol::id::{AttemptId, OrganisationId, RoomId, SittingId, StaffId};
use exam_protocol::right::{Grant, Role, Scope};
use exam_protocol::route;
use exam_protocol::staff::{FactorKind, LoginStep, SecondFactor};
use exam_protocol::time::{Millis, Timestamp};
use exam_test_database::Database;
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;
use tower::ServiceExt;

/// Everybody's password.
pub const PASSWORD: &str = "mat-khau-thu-nghiem";

/// Everybody's TOTP secret.
pub const SECRET: [u8; totp::SECRET_BYTES] = *b"12345678901234567890";

/// The organisation that holds the exam, and that everybody works for.
pub const ORGANISATION: OrganisationId = OrganisationId(Fixed([31; 16]));

/// Time allowed in the sitting.
pub const DURATION: Millis = Millis::minutes(50);

/// An installation with one sitting of two rooms.
pub struct Trial {
    /// The server.
    pub app: Arc<App>,
    /// Its sitting.
    pub sitting: SittingId,
    /// Its two rooms, both planned: "Phòng 01", "Phòng 02".
    pub rooms: [RoomId; 2],
    /// Three attempts in the first room (seats 1, 2, 10), one in the second; numbers 001308000001 to …4.
    pub attempts: Vec<AttemptId>,
    folder: TempDir,
    database: Option<Database>,
}

impl Trial {
    /// Makes it. "lan" leads all sites, "minh" is first proctor everywhere, "hoa" leads the second room only.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("server");
        let database = database::database().await;
        let url = database.as_ref().map(Database::url);
        let mut arguments = vec!["exam-server", "init", "--dir", dir.to_str().unwrap()];
        if let Some(url) = &url {
            arguments.extend(["--database", url]);
        }
        Arguments::try_parse_from(arguments).unwrap().run().await.unwrap();
        let config = Config::read(&dir.join("exam-server.toml")).unwrap();
        let app = App::start(config, Arc::new(Clock::start())).await.unwrap();
        let id = |n: u8| [n; 16];
        let trial = Self {
            app,
            sitting: SittingId::from_random(id(1)),
            rooms: [RoomId::from_random(id(2)), RoomId::from_random(id(3))],
            attempts: (11..15).map(|n| AttemptId::from_random(id(n))).collect(),
            folder,
            database,
        };
        let mut tx = trial.app.db.write().await.unwrap();
        trial.plan(&mut tx).await;
        trial.people(&mut tx).await;
        tx.commit().await.unwrap();
        trial
    }

    /// Runs a command of the program on this installation; whether it succeeded.
    pub async fn command(&self, arguments: &[&str]) -> bool {
        let config = self.path("server/exam-server.toml");
        let all = ["exam-server"]
            .iter()
            .chain(arguments)
            .copied()
            .chain(["--config", &config]);
        Arguments::try_parse_from(all)
            .unwrap()
            .run()
            .await
            .is_ok_and(|code| code == ExitCode::SUCCESS)
    }

    /// A path in the throw-away folder.
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    async fn plan(&self, tx: &mut Tx) {
        let exam = "0".repeat(32);
        let text = "insert into organisation (id, name, created_at) values ($1, 'Trường A', 0)";
        execute(tx, text, &[&ORGANISATION.to_string()]).await;
        execute(
            tx,
            "insert into exam (id, organisation, title, created_at) values ($1, $2, 'Kiểm tra cuối kỳ I', 0)",
            &[&exam, &ORGANISATION.to_string()],
        )
        .await;
        execute(
            tx,
            "insert into site (id, exam, name) values ($1, $1, 'Điểm thi')",
            &[&exam],
        )
        .await;
        let sitting = self.sitting.to_string();
        let text = format!(
            "insert into sitting (id, exam, subject, starts_at, duration, questions)
             values ($1, $2, 'Toán', {}, {}, 2)",
            self.app.clock.now().0,
            DURATION.0
        );
        execute(tx, &text, &[&sitting, &exam]).await;
        for (room, name) in self.rooms.iter().zip(["Phòng 01", "Phòng 02"]) {
            let text = "insert into room (id, sitting, site, name, state) values ($1, $2, $3, $4, 'planned')";
            execute(tx, text, &[&room.to_string(), &sitting, &exam, name]).await;
        }
        for (at, (attempt, seat)) in self.attempts.iter().zip(["1", "2", "10", "1"]).enumerate() {
            let number = format!("00130800000{}", at + 1);
            let room = self.rooms[usize::from(at == 3)].to_string();
            let text = "insert into candidate (citizen_number, name, birth_date, sex) values ($1, $2, '2008-02-10', 'F')";
            execute(
                tx,
                text,
                &[
                    &number,
                    &format!("Nguyễn Thị Ánh {}", ["Một", "Hai", "Ba", "Bốn"][at]),
                ],
            )
            .await;
            let text = "insert into attempt (id, sitting, room, citizen_number, candidate_number, seat, head,
                     roster_name, roster_birth_date, roster_sex, roster_class, roster_school)
                 select $1, $2, $3, $4, $5, $6, x'00', name, birth_date, sex, class, school
                 from candidate where citizen_number = $4";
            let values = [
                &attempt.to_string(),
                &sitting,
                &room,
                &number,
                &format!("0100000{}", at + 1),
                seat,
            ];
            execute(tx, text, &values.map(|v: &str| v)).await;
        }
    }

    async fn people(&self, tx: &mut Tx) {
        // Hashing is slow by design; all share one hash.
        static HASH: OnceLock<String> = OnceLock::new();
        let hash = HASH.get_or_init(|| password::hash(PASSWORD).unwrap());
        let all = |role| Grant {
            role,
            scope: Scope::Installation,
        };
        let one = Grant {
            role: Role::SiteLead,
            scope: Scope::Room(self.rooms[1]),
        };
        let people = [
            (21, "lan", all(Role::SiteLead)),
            (22, "minh", all(Role::Proctor1)),
            (23, "hoa", one),
        ];
        for (n, name, grant) in people {
            let id = StaffId::from_random([n; 16]);
            let member = Member {
                id,
                name: name.into(),
                display_name: name.to_uppercase(),
                organisation: ORGANISATION,
            };
            staff_store::put(tx, &member, hash).await.unwrap();
            staff_store::grant(tx, id, grant, "command", Timestamp(0))
                .await
                .unwrap();
            self.enrol(tx, id).await;
        }
    }

    /// Gives somebody the app with [`SECRET`].
    pub async fn enrol(&self, tx: &mut Tx, id: StaffId) {
        let random = self.app.random.ring();
        let factor = Factor {
            id: id.to_string(),
            kind: FactorKind::Totp,
            label: "app".into(),
            content: totp::seal(&SECRET, &id.to_string(), &self.app.keys.node, random).unwrap(),
            last_step: 0,
            created_at: Timestamp(0),
            last_used: None,
        };
        staff_store::factor::put(tx, id, &factor).await.unwrap();
    }

    /// Gives somebody one more recovery code.
    pub async fn recovery_code(&self, name: &str) -> String {
        let mut tx = self.app.db.write().await.unwrap();
        let id = staff_store::account::id_of(&mut tx, name).await.unwrap().unwrap();
        let code = recovery::written(self.app.random.bytes().unwrap());
        let hash = recovery::hash(id, &code);
        staff_store::factor::put_codes(&mut tx, id, &[hash], self.app.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        code
    }

    /// Runs one statement.
    pub async fn sql(&self, text: &str, values: &[&str]) {
        let mut tx = self.app.db.write().await.unwrap();
        execute(&mut tx, text, values).await;
        tx.commit().await.unwrap();
    }

    /// Runs a query for one number.
    pub async fn number(&self, text: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(database::in_its_words(text)))
            .fetch_one(self.app.db.reader())
            .await
            .unwrap()
    }

    /// The routes as somebody at this machine reaches them.
    fn router(&self) -> Router {
        self.router_for(Ipv4Addr::LOCALHOST.into())
    }

    /// The routes as somebody at another machine reaches them.
    pub fn router_for(&self, address: IpAddr) -> Router {
        let peer = Peer {
            address,
            certificate: None,
        };
        router(self.app.clone()).layer(Extension(peer))
    }

    /// Logs in, with a recovery code where a second factor is wanted; the cookie.
    pub async fn login(&self, name: &str) -> String {
        let body = LoginRequest {
            name: name.into(),
            password: PASSWORD.into(),
            code: None,
        };
        let (cookie, step) = self.step(route::LOGIN, "", &body).await;
        if matches!(step, LoginStep::Done { .. }) {
            return cookie;
        }
        let body = SecondFactor::RecoveryCode {
            code: self.recovery_code(name).await,
        };
        let (cookie, step) = self.step(route::SECOND_FACTOR, &cookie, &body).await;
        assert!(matches!(step, LoginStep::Done { .. }));
        cookie
    }

    /// What a second official types, with a fresh recovery code.
    pub async fn confirmation(&self, name: &str) -> LoginRequest {
        LoginRequest {
            name: name.into(),
            password: PASSWORD.into(),
            code: Some(self.recovery_code(name).await),
        }
    }

    async fn step(&self, path: &str, cookie: &str, body: &impl serde::Serialize) -> (String, LoginStep) {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(serde_json::to_vec(body).unwrap()))
            .unwrap();
        let response = self.router().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let set = response.headers().get_all(header::SET_COOKIE).iter();
        let mut set = set.map(|value| value.to_str().unwrap().split(';').next().unwrap());
        let cookie = set
            .find(|cookie| cookie.starts_with(SESSION_COOKIE))
            .unwrap()
            .to_owned();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (cookie, serde_json::from_slice(&body).unwrap())
    }

    /// `GET` as the holder of a cookie: status and body.
    pub async fn get(&self, cookie: &str, path: &str) -> (StatusCode, Vec<u8>) {
        self.call(
            Request::get(path)
                .header(header::COOKIE, cookie)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// `POST` of JSON as the holder of a cookie: status and JSON.
    pub async fn post(
        &self,
        cookie: &str,
        path: &str,
        body: &impl serde::Serialize,
    ) -> (StatusCode, serde_json::Value) {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(serde_json::to_vec(body).unwrap()))
            .unwrap();
        let (status, body) = self.call(request).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// `PUT` of JSON as the holder of a cookie: status and JSON.
    pub async fn put(
        &self,
        cookie: &str,
        path: &str,
        body: &impl serde::Serialize,
    ) -> (StatusCode, serde_json::Value) {
        let request = Request::put(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(serde_json::to_vec(body).unwrap()))
            .unwrap();
        let (status, body) = self.call(request).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// `POST` of a file as the holder of a cookie: status and body.
    pub async fn post_file(&self, cookie: &str, path: &str, file: Vec<u8>) -> (StatusCode, Vec<u8>) {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .body(Body::from(file))
            .unwrap();
        self.call(request).await
    }

    /// `DELETE` as the holder of a cookie: status and body.
    pub async fn delete(&self, cookie: &str, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::delete(path)
            .header(header::COOKIE, cookie)
            .body(Body::empty())
            .unwrap();
        self.call(request).await
    }

    async fn call(&self, request: Request<Body>) -> (StatusCode, Vec<u8>) {
        let response = self.router().oneshot(request).await.unwrap();
        let status = response.status();
        (
            status,
            to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec(),
        )
    }
}

async fn execute(tx: &mut Tx, text: &str, values: &[&str]) {
    let mut query = sqlx::query(sqlx::AssertSqlSafe(database::in_its_words(text)));
    for value in values {
        query = query.bind((*value).to_owned());
    }
    query.execute(&mut **tx).await.unwrap();
}
