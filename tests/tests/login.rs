//! Logging in to the real server over real TLS, and everything that must not work: stolen tokens, used codes, guesses,
//! other sites, sockets of others.

use anyhow::{Context, Result, ensure};
use exam_protocol::console::LoginRequest;
use exam_protocol::frame;
use exam_protocol::id::RoomId;
use exam_protocol::problem::ProblemCode;
use exam_protocol::route::{self, with_id};
use exam_protocol::staff::{LoginStep, SecondFactor};
use exam_tests::console::{Console, Credentials};
use exam_tests::door::{Door, Refused, Socket};
use exam_tests::hall::{Hall, Plan};
use futures_util::StreamExt;
use std::time::Duration;
use tokio::time::timeout;

/// How long the server may take to end a socket whose login has ended.
const SECONDS: Duration = Duration::from_secs(12);

struct School {
    hall: Hall,
    room: RoomId,
    lan: Credentials,
    minh: Credentials,
}

impl School {
    async fn open() -> Result<Self> {
        let mut hall = Hall::make()?;
        let roster = hall.path("roster.csv");
        let text = "STT,SBD,Họ và tên,Ngày sinh,Giới tính,Số CCCD,Phòng\n\
                    1,22000001,Thí Sinh Một,05/09/2008,Nam,022208100001,P01\n";
        std::fs::write(&roster, text)?;
        let sitting = hall.prepare(&Plan::one_room(roster))?;
        let (lan, minh) = (hall.add_staff("lan", "Lan")?, hall.add_staff("minh", "Minh")?);
        hall.start().await?;
        Ok(Self {
            room: sitting.rooms.first().context("no room")?.id,
            hall,
            lan,
            minh,
        })
    }

    fn door(&self) -> Result<Door> {
        self.hall.door()
    }

    async fn log_in(&self, who: &Credentials) -> Result<Console> {
        Console::login(&self.door()?, who).await
    }

    async fn password(&self, name: &str, password: &str) -> Result<LoginStep> {
        let request = LoginRequest {
            name: name.into(),
            password: password.into(),
            code: None,
        };
        let door = self.door()?;
        let sent = door
            .http()
            .post(door.url(route::LOGIN))
            .json(&request)
            .send()
            .await?;
        Ok(serde_json::from_slice(&exam_tests::door::accepted(sent).await?)?)
    }
}

fn code<T>(result: Result<T>) -> Result<ProblemCode> {
    let error = result.err().context("was not refused")?;
    Ok(error.downcast::<Refused>()?.problem.code)
}

/// Waits until the server has closed the socket.
async fn ended(mut socket: Socket) -> Result<()> {
    let drained = async { while let Some(Ok(_)) = socket.next().await {} };
    timeout(SECONDS, drained).await.context("the socket stays open")
}

#[tokio::test]
async fn a_socket_needs_a_fresh_token_of_its_own_login() -> Result<()> {
    let school = School::open().await?;
    let (lan, minh) = (
        school.log_in(&school.lan).await?,
        school.log_in(&school.minh).await?,
    );
    let path = with_id(route::ROOM_LIVE, school.room);
    let bare = school.door()?.socket(&path, Some(lan.cookie())).await;
    ensure!(bare.is_err(), "a cookie alone");
    let token = lan.live_token().await?;
    ensure!(
        minh.live_with(school.room, &token).await.is_err(),
        "somebody else's token"
    );
    ensure!(
        lan.live_with(school.room, &token).await.is_err(),
        "a token that somebody else has tried"
    );
    ensure!(
        lan.live_with(school.room, &"0".repeat(64)).await.is_err(),
        "no token"
    );
    let token = lan.live_token().await?;
    let mut feed = lan.live_with(school.room, &token).await?;
    let first = timeout(SECONDS, feed.next()).await?.context("closed")??;
    ensure!(
        frame::decode::<exam_protocol::console::Board>(&first.into_data()).is_ok(),
        "a board"
    );
    ensure!(
        lan.live_with(school.room, &token).await.is_err(),
        "a token is good once"
    );
    let evil = [
        ("cookie", lan.cookie().to_owned()),
        ("origin", "https://evil.example".to_owned()),
        (
            "sec-websocket-protocol",
            format!("{}, token.{}", route::LIVE_PROTOCOL, lan.live_token().await?),
        ),
    ];
    let crossed = school.door()?.socket_with(&path, &evil).await;
    ensure!(crossed.is_err(), "a page of another site");
    let door = school.door()?;
    let left = door
        .http()
        .delete(door.url(route::LOGIN))
        .header("cookie", lan.cookie());
    ensure!(left.send().await?.status().is_success(), "logged out");
    ended(feed).await
}

#[tokio::test]
async fn a_closed_account_loses_its_socket_within_seconds() -> Result<()> {
    let school = School::open().await?;
    let lan = school.log_in(&school.lan).await?;
    let feed = lan.live(school.room).await?;
    school.hall.server_command(&["staff", "disable", "lan"])?;
    ended(feed).await?;
    ensure!(
        code(lan.rooms().await)? == ProblemCode::NotLoggedIn,
        "the session has ended"
    );
    ensure!(
        code(school.password("lan", &school.lan.password).await)? == ProblemCode::WrongCredentials,
        "and the door is closed"
    );
    Ok(())
}

#[tokio::test]
async fn codes_and_half_sessions_are_worth_nothing_a_second_time() -> Result<()> {
    let school = School::open().await?;
    let factor = school.lan.factor.clone().context("a factor")?;
    let step = school.password("lan", &school.lan.password).await?;
    ensure!(matches!(step, LoginStep::SecondFactor { .. }), "{step:?}");
    let totp = SecondFactor::Totp {
        code: factor.code().await?,
    };
    let paper = SecondFactor::RecoveryCode {
        code: factor
            .recovery_codes()
            .await
            .first()
            .context("a code")?
            .to_lowercase(),
    };
    for shown in [totp, paper] {
        let mut first = half(&school).await?;
        let before = first.clone();
        ensure!(
            code(before.rooms().await)? == ProblemCode::NotLoggedIn,
            "the password alone"
        );
        first.step(route::SECOND_FACTOR, &shown).await?;
        first.rooms().await?;
        ensure!(
            code(before.rooms().await)? == ProblemCode::NotLoggedIn,
            "whoever fixed the first token is not in"
        );
        let mut second = half(&school).await?;
        ensure!(
            code(second.step(route::SECOND_FACTOR, &shown).await)? == ProblemCode::WrongCredentials,
            "a used code"
        );
    }
    Ok(())
}

/// A console whose password was right.
async fn half(school: &School) -> Result<Console> {
    let mut console = Console::nobody(&school.door()?);
    console.step(route::LOGIN, &school.lan.request()).await?;
    Ok(console)
}

#[tokio::test]
async fn guesses_end_and_survive_a_restart() -> Result<()> {
    let mut school = School::open().await?;
    for _ in 0..5 {
        ensure!(
            code(school.password("lan", "sai mật khẩu").await)? == ProblemCode::WrongCredentials,
            "a guess"
        );
    }
    school.hall.kill()?;
    school.hall.start().await?;
    ensure!(
        code(school.password("lan", &school.lan.password).await)? == ProblemCode::TooManyTries,
        "a restart gives no new tries"
    );
    school.log_in(&school.minh).await?;
    school.hall.server_command(&["staff", "enable", "lan"])?;
    school.log_in(&school.lan).await?;
    Ok(())
}

#[tokio::test]
async fn another_site_can_not_use_the_browsers_cookie() -> Result<()> {
    let school = School::open().await?;
    let lan = school.log_in(&school.lan).await?;
    let door = school.door()?;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let request = door.http().post(door.url(route::LIVE_TOKEN));
        let request = request.header("cookie", lan.cookie()).header(name, value);
        ensure!(request.send().await?.status() == 403, "{name}");
    }
    let own = format!("https://localhost:{}", door.address().port());
    let request = door.http().post(door.url(route::LIVE_TOKEN));
    let request = request.header("cookie", lan.cookie()).header("origin", own);
    ensure!(request.send().await?.status().is_success(), "the own page");
    Ok(())
}
