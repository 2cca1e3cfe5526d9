//! Who gets through which door, asked of the real guards: every door, every role at its own site and at another, and
//! nobody. The expected answers stand in `docs/access.md` for people to read; a door or a cell that is not there as it is
//! fails this test. `UPDATE_ACCESS=1 cargo test -p exam-server matrix` writes the table anew.

use super::{Access, Door, Guard};
use crate::app::App;
use crate::router::doors;
use crate::shell::tls::Peer;
use crate::staff::access::SESSION_COOKIE;
use crate::staff::proposal::{self, rules::Open};
use crate::staff::rights::permissions;
use crate::staff::store::session::{self, NewSession, Stage};
use crate::staff::store::{self, Member};
use crate::trial::{ORGANISATION, Trial};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Extension;
use axum::http::{Method, Request, StatusCode, header};
use axum::routing::{self, MethodRouter};
use certs::hash::sha256;
use exam_protocol::bytes::Fixed;
use exam_protocol::id::{OrganisationId, ProposalId, SessionId, SiteId, StaffId};
use exam_protocol::proposal::{CriticalAct, ProposalContent};
use exam_protocol::right::{Grant, Role, Scope};
use exam_protocol::time::Timestamp;
use std::fmt::Write;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tower::ServiceExt;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/access.md");

/// What a guard that lets somebody through is answered with: no handler of ours uses it.
const THROUGH: StatusCode = StatusCode::IM_A_TEAPOT;

/// A door that has its guard and no handler.
pub(super) fn guard_alone<G: Guard + 'static>(method: &Method) -> MethodRouter<Arc<App>> {
    async fn through<G>(_: G) -> StatusCode {
        THROUGH
    }
    match *method {
        Method::POST => routing::post(through::<G>),
        Method::PUT => routing::put(through::<G>),
        Method::DELETE => routing::delete(through::<G>),
        _ => routing::get(through::<G>),
    }
}

/// Somebody who knocks.
struct Visitor {
    name: String,
    login: Option<Login>,
}

/// How somebody is logged in.
struct Login {
    staff: StaffId,
    token: [u8; 32],
    stage: Stage,
}

/// Where a role of the regulations usually holds: the council's in the organisation, the site's at the site.
fn scope(role: Role, organisation: OrganisationId, site: SiteId) -> Scope {
    match role {
        Role::SiteLead | Role::Proctor1 | Role::Proctor2 | Role::Supervisor | Role::Technician => {
            Scope::Site(site)
        }
        _ => Scope::Organisation(organisation),
    }
}

struct Hall {
    trial: Trial,
    visitors: Vec<Visitor>,
}

impl Hall {
    /// Two organisations, each with an exam and a site; every role in both. Paths name things of the first.
    async fn new() -> Self {
        let trial = Trial::new().await;
        let other = OrganisationId::from_random([0xb0; 16]);
        let elsewhere = SiteId::from_random([0xb1; 16]);
        trial
            .sql(
                "insert into organisation (id, name, created_at) values ($1, 'Trường B', 0)",
                &[&other.to_string()],
            )
            .await;
        let exam = "b2".repeat(16);
        trial
            .sql(
                "insert into exam (id, organisation, title, created_at) values ($1, $2, 'Thi thử', 0)",
                &[&exam, &other.to_string()],
            )
            .await;
        trial
            .sql(
                "insert into site (id, exam, name) values ($1, $2, 'Điểm thi B')",
                &[&elsewhere.to_string(), &exam],
            )
            .await;
        let here: SiteId = "0".repeat(32).parse().unwrap();
        let mut hall = Self {
            trial,
            visitors: Vec::new(),
        };
        hall.visitors.push(Visitor {
            name: "nobody".into(),
            login: None,
        });
        let half = hall.member("half-way", None, Stage::Password).await;
        hall.visitors.push(half);
        for role in Role::ALL {
            for (place, organisation, site) in [("own", ORGANISATION, here), ("other", other, elsewhere)] {
                let grant = Grant {
                    role: *role,
                    scope: scope(*role, organisation, site),
                };
                let visitor = hall
                    .member(&format!("{role} {place}"), Some(grant), Stage::Full)
                    .await;
                hall.visitors.push(visitor);
            }
        }
        hall
    }

    async fn member(&self, name: &str, grant: Option<Grant>, stage: Stage) -> Visitor {
        let app = &self.trial.app;
        let id = sha256(name.as_bytes());
        let staff = StaffId::from_random(id[..16].try_into().unwrap());
        let mut tx = app.db.write().await.unwrap();
        let member = Member {
            id: staff,
            name: name.to_owned(),
            display_name: name.to_owned(),
            organisation: ORGANISATION,
        };
        store::put(&mut tx, &member, "no password fits").await.unwrap();
        self.trial.enrol(&mut tx, staff).await;
        if let Some(grant) = grant {
            store::grant(&mut tx, staff, grant, "command", Timestamp(0))
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let login = Login {
            staff,
            token: sha256(&id),
            stage,
        };
        self.log_in(&login).await;
        Visitor {
            name: name.to_owned(),
            login: Some(login),
        }
    }

    /// Opens the session anew, a second factor just shown: doors behind which sessions end or change are knocked at too.
    async fn log_in(&self, login: &Login) {
        let app = &self.trial.app;
        let now = app.clock.now();
        let hash = sha256(&login.token);
        let id = SessionId::from_random(hash[..16].try_into().unwrap());
        let new = NewSession {
            id,
            token_hash: &hash,
            staff: login.staff,
            stage: login.stage,
            address: "",
            agent: "",
        };
        let mut tx = app.db.write().await.unwrap();
        session::close_all(&mut tx, login.staff).await.unwrap();
        session::open(&mut tx, &new, now).await.unwrap();
        sqlx::query("update staff_session set strong_at = $1 where id = $2")
            .bind((login.stage == Stage::Full).then_some(now.0))
            .bind(id.to_string())
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// A path with an existing thing of the first organisation in the place of each parameter.
    async fn path(&self, door: &Door) -> String {
        let mut path = door.path.to_owned();
        for parameter in door
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        {
            let value = self.thing(parameter).await;
            path = path.replace(&format!("{{{parameter}}}"), &value);
        }
        path
    }

    async fn thing(&self, parameter: &str) -> String {
        match parameter {
            "room" => self.trial.rooms[0].to_string(),
            "attempt" => self.trial.attempts[0].to_string(),
            "checkin" => self.checkin().await,
            "site" | "exam" => "0".repeat(32),
            "staff" => StaffId::from_random([21; 16]).to_string(),
            "machine" => self.machine().await,
            "proposal" => self.proposal().await,
            "provider" => "none".to_owned(),
            "session" | "factor" => "00".repeat(16),
            "page" => "candidate".to_owned(),
            "file" => "index.html".to_owned(),
            other => panic!("a path names {{{other}}}: say here which thing to ask for"),
        }
    }

    async fn checkin(&self) -> String {
        let id = "cc".repeat(16);
        let (room, attempt) = (
            self.trial.rooms[0].to_string(),
            self.trial.attempts[0].to_string(),
        );
        self.trial
            .sql(
                "insert into checkin (id, room, attempt, station, station_name, started_at, started_by, status, nonce)
                 values ($1, $2, $3, '', '', 0, '', '\"admitted\"', x'00') on conflict do nothing",
                &[&id, &room, &attempt],
            )
            .await;
        id
    }

    async fn machine(&self) -> String {
        let id = "dd".repeat(16);
        self.trial
            .sql(
                "insert into machine (id, site, kind, name, host_name, serial, certificate_hash, not_after, enrolled_at)
                 values ($1, $2, 'desk', 'Bàn 1', '', '01', x'00', 0, 0) on conflict do nothing",
                &[&id, &"0".repeat(32)],
            )
            .await;
        id
    }

    /// Proposed by somebody who does not knock.
    async fn proposal(&self) -> String {
        let id = ProposalId::from_random([0xee; 16]);
        let content = ProposalContent {
            id,
            act: CriticalAct::StartRoom {
                room: self.trial.rooms[0],
            },
            object: "Phòng 01".into(),
            reason: "mất điện".into(),
            proposer: StaffId::from_random([21; 16]),
            proposer_name: "LAN".into(),
            organisation: ORGANISATION,
            organisation_name: "Trường A".into(),
            proposed_at: Timestamp(0),
            expires_at: Timestamp(0),
        };
        let hash = Fixed(sha256(&content.to_bytes()));
        let found = "select count(*) from proposal";
        if self.trial.number(found).await == 0 {
            let mut tx = self.trial.app.db.write().await.unwrap();
            let place = (self.trial.sitting, Some(self.trial.rooms[0]));
            proposal::store::put(&mut tx, &Open { content, hash }, place)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        id.to_string()
    }

    async fn knock(
        &self,
        router: &Router,
        door: &Door,
        path: &str,
        visitor: &Visitor,
    ) -> (StatusCode, String) {
        let mut request = Request::builder()
            .method(door.method.clone())
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(login) = &visitor.login {
            let cookie = format!("{SESSION_COOKIE}={}", hex::encode(login.token));
            request = request.header(header::COOKIE, cookie);
        }
        let response = router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    }
}

fn at_this_machine(router: Router<Arc<App>>, app: &Arc<App>) -> Router {
    let peer = Peer {
        address: Ipv4Addr::LOCALHOST.into(),
        certificate: None,
    };
    router.with_state(app.clone()).layer(Extension(peer))
}

fn cell(status: StatusCode) -> String {
    if status == THROUGH {
        "yes".into()
    } else {
        status.as_u16().to_string()
    }
}

fn who(access: Access) -> String {
    match access {
        Access::May(permission) => permission.to_string(),
        Access::MayConfirmed(permission) => format!("{permission}, confirmed"),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn head(hall: &Hall) -> String {
    let mut table = String::from(
        "# Who may go through which door\n\n\
         Made from the doors and their guards by the test `door::matrix`, which fails where the program differs. Each role \
         stands in two columns: at its own site or organisation, and at another one. `yes`: gets through. `401`: has to log \
         in. `403`: is told that the role is too small. `404`: is told that there is no such thing.\n\n\
         | role | permissions |\n|---|---|\n",
    );
    for role in Role::ALL {
        let names: Vec<&str> = permissions(*role)
            .iter()
            .map(|permission| permission.name())
            .collect();
        let all = if names.is_empty() {
            "none yet".to_owned()
        } else {
            names.join(", ")
        };
        let _ = writeln!(table, "| {role} | {all} |");
    }
    table.push_str("\n| door | needs |");
    for visitor in &hall.visitors {
        let _ = write!(table, " {} |", visitor.name);
    }
    table.push_str("\n|---|---|");
    table.push_str(&"---|".repeat(hall.visitors.len()));
    table.push('\n');
    table
}

#[tokio::test]
async fn every_role_gets_through_the_doors_of_the_table_and_no_other() {
    let hall = Hall::new().await;
    let all = doors();
    let guards = at_this_machine(all.guards.clone(), &hall.trial.app);
    let real = at_this_machine(doors().into_router(), &hall.trial.app);
    let mut table = head(&hall);
    for door in all.list() {
        let path = hall.path(door).await;
        let _ = write!(table, "| {} {} | {} |", door.method, door.path, who(door.access));
        for visitor in &hall.visitors {
            let (guard, code) = hall.knock(&guards, door, &path, visitor).await;
            let _ = write!(table, " {} |", cell(guard));
            let place = format!("{} {} as {}", door.method, door.path, visitor.name);
            let (status, told) = hall.knock(&real, door, &path, visitor).await;
            if guard == THROUGH {
                assert!(!status.is_server_error(), "{place}: {status}");
                assert_ne!(told, "not-logged-in", "{place}");
                if let Some(login) = &visitor.login {
                    hall.log_in(login).await;
                }
            } else {
                // The guard comes first in the real door: its refusal is what the visitor gets.
                assert_eq!((status, told), (guard, code), "{place}");
            }
        }
        table.push('\n');
    }
    if std::env::var_os("UPDATE_ACCESS").is_some() {
        std::fs::write(TABLE, &table).unwrap();
    }
    let expected = std::fs::read_to_string(TABLE).unwrap();
    for (line, (is, should)) in table.lines().zip(expected.lines()).enumerate() {
        assert_eq!(is, should, "docs/access.md, line {}", line + 1);
    }
    assert_eq!(
        table.lines().count(),
        expected.lines().count(),
        "docs/access.md has other doors"
    );
}
