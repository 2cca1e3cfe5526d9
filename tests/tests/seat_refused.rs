//! What a seat's socket refuses, seen from outside: frames that are not ours, lines of another attempt, a token that is
//! none. Everybody else goes on, and a server told to stop has everything acknowledged on disk.

use anyhow::{Context, Result, ensure};
use exam_protocol::answer::Response;
use exam_protocol::bytes::{Bytes, Fixed};
use exam_protocol::frame::{MAX_SEAT_FRAME, WIRE_VERSION, encode};
use exam_protocol::problem::ProblemCode;
use exam_protocol::seat::{SeatEvent, SeatMessage};
use exam_tests::candidate::Candidate;
use exam_tests::crowd::Crowd;

/// What the server refuses next, in words: the candidate of the tests gives a refusal as its error. State and key may
/// come before it.
async fn refusal(candidate: &mut Candidate) -> String {
    loop {
        match candidate.step().await {
            Ok(SeatEvent::State(_) | SeatEvent::FormKey { .. }) => {}
            Ok(event) => return format!("{event:?}"),
            Err(error) => return format!("{error:#}"),
        }
    }
}

fn says(found: &str, code: ProblemCode) -> Result<()> {
    ensure!(
        found.contains(&format!("{code:?}")),
        "expected {code:?}, found: {found}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_misbehaves_harms_nobody() -> Result<()> {
    let mut crowd = Crowd::seated(3).await?;
    let mut honest = crowd.candidates.pop().context("three candidates")?;
    let mut wrong = crowd.candidates.pop().context("three candidates")?;
    let mut stranger = crowd.candidates.pop().context("three candidates")?;

    sends_rubbish(&mut wrong).await?;
    honest.answer(1, Response::Choice(0)).await?;
    honest.settle().await?;
    sends_what_is_not_its_own(&mut wrong, honest.acknowledged()[0].bytes.clone()).await?;
    stranger.drop_line();
    shows_a_token_that_is_none(&crowd).await?;

    // All three work on, hand in, and after SIGTERM everything is in the export.
    stranger.connect().await?;
    for candidate in [&mut honest, &mut wrong, &mut stranger] {
        candidate.answer(2, Response::Choice(1)).await?;
        candidate.settle().await?;
        candidate.hand_in().await?;
    }
    crowd.hall.stop().await?;
    everything_is_exported(&crowd)
}

/// Rubbish, another version, a frame that is too long: refused, the line is closed, and the seat comes back.
async fn sends_rubbish(wrong: &mut Candidate) -> Result<()> {
    let too_long = vec![0; MAX_SEAT_FRAME + 1];
    for bytes in [
        b"rubbish".to_vec(),
        vec![WIRE_VERSION + 1, 0, 0],
        vec![WIRE_VERSION],
        too_long,
    ] {
        let told = bytes.len() <= MAX_SEAT_FRAME;
        let sent = wrong.send_raw(bytes).await;
        let found = refusal(wrong).await;
        if told {
            // Only a frame that is too long may be cut off while it is still being sent.
            sent?;
            says(&found, ProblemCode::MalformedRequest)?;
        }
        ensure!(wrong.step().await.is_err(), "the line must be closed");
        wrong.connect().await?;
    }
    Ok(())
}

/// Lines of another attempt are nobody's answers here, and neither is a hand-in that this seat did not sign.
async fn sends_what_is_not_its_own(wrong: &mut Candidate, foreign: Vec<u8>) -> Result<()> {
    wrong.send(&SeatMessage::Entries(vec![Bytes(foreign)])).await?;
    says(&refusal(wrong).await, ProblemCode::RecordInvalid)?;
    wrong.send(&SeatMessage::Entries(vec![Bytes(vec![0xa0])])).await?;
    says(&refusal(wrong).await, ProblemCode::MalformedRequest)?;
    wrong
        .send(&SeatMessage::HandIn(Bytes(b"hand-in".to_vec())))
        .await?;
    says(&refusal(wrong).await, ProblemCode::RecordInvalid)
}

async fn shows_a_token_that_is_none(crowd: &Crowd) -> Result<()> {
    let nobody = encode(&SeatMessage::Hello {
        token: Fixed([7; 32]),
    });
    let mut socket = crowd
        .hall
        .door()?
        .socket(exam_protocol::route::SEAT_LIVE, None)
        .await?;
    let event = says_hello(&mut socket, nobody).await?;
    let refused = matches!(
        event,
        SeatEvent::Refused {
            code: ProblemCode::NotLoggedIn,
            ..
        }
    );
    ensure!(refused, "{event:?}");
    Ok(())
}

fn everything_is_exported(crowd: &Crowd) -> Result<()> {
    let sitting = crowd.sitting.sitting.to_string();
    let journal = crowd
        .hall
        .server_command(&["export", "journal", "--sitting", &sitting])?;
    ensure!(journal.lines().count() == 4, "{journal}");
    let out = crowd.hall.path("submissions");
    let folder = out.to_string_lossy();
    crowd
        .hall
        .server_command(&["export", "submissions", "--sitting", &sitting, "--out", &folder])?;
    let trust = crowd.hall.exam_ca();
    let mut files = 0;
    for file in std::fs::read_dir(&out)? {
        let file = file?.path();
        let (file, trust) = (file.to_string_lossy(), trust.to_string_lossy());
        crowd
            .hall
            .run("exam-server", &["verify", &file, "--trust", &trust])?;
        files += 1;
    }
    ensure!(files == 3, "{files} submissions");
    Ok(())
}

async fn says_hello(socket: &mut exam_tests::door::Socket, hello: Vec<u8>) -> Result<SeatEvent> {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;
    socket.send(Message::Binary(hello.into())).await?;
    let answer = socket.next().await.context("no answer")??;
    Ok(exam_protocol::frame::decode(&answer.into_data())?)
}
