//! What is secret or personal turns up nowhere it must not: an exam day is run with the log at its finest level and with
//! known values in every place; then they are looked for in logs, feeds, refusals, exports, pages and core dumps.

use anyhow::{Context, Result, bail, ensure};
use exam_protocol::answer::Response;
use exam_protocol::console::{AdmitRequest, LoginRequest, RoomAction};
use exam_protocol::id::RoomId;
use exam_protocol::machine::{CodesRequest, EnrolmentCode, EnrolmentRequest, MachineKind};
use exam_protocol::paper::{CandidatePaper, QuestionKind};
use exam_protocol::route;
use exam_tests::canary::Canaries;
use exam_tests::candidate::Candidate;
use exam_tests::card::{Chip, Order, personalise};
use exam_tests::citizens::{Citizen, RosterFile, invent, machine_readable_zone};
use exam_tests::console::{Console, Credentials};
use exam_tests::door::Door;
use exam_tests::hall::{Hall, Plan, Sitting};
use exam_tests::pki::TestPki;
use exam_tests::programs::program;
use exam_tests::station_client::{StationPapers, files};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

const SEED: u64 = 77;
const ANSWER: &str = "CHIM-HOÀNG-YẾN trong bài làm";
const WRONG: &str = "CHIM-HOÀNG-YẾN mật khẩu sai";
const PROVIDER_SECRET: &str = "chim-hoang-yen-cua-nha-cung-cap";

/// Everything that a collector over TCP is told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<u8>>>);

impl Told {
    /// Listens; the address.
    async fn listen(&self) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let told = self.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let told = told.clone();
                tokio::spawn(async move {
                    let mut buffer = vec![0; 65536];
                    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
                        told.0
                            .lock()
                            .expect("nobody panics with it")
                            .extend_from_slice(&buffer[..count]);
                    }
                });
            }
        });
        Ok(address)
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().expect("nobody panics with it").clone()
    }
}

/// An exam day full of canaries.
struct Day {
    hall: Hall,
    sitting: Sitting,
    door: Door,
    console: Console,
    people: Vec<Citizen>,
    /// Must be nowhere at all outside of the process that owns them.
    secret: Canaries,
    /// Personal data and answers: in the database, and nowhere else.
    personal: Canaries,
    told: Told,
    refusals: Vec<u8>,
    pki: TestPki,
    second: Credentials,
}

impl Day {
    async fn begin() -> Result<Self> {
        let mut hall = Hall::make()?;
        let told = Told::default();
        configure(&hall, &told.listen().await?)?;
        let (pki, people) = (TestPki::new(SEED)?, invent(SEED, 3));
        let sitting = prepare(&hall, &pki, &people)?;
        let lan = hall.add_lead_with("lan", "Nguyễn Thị Lan", "administrator@installation")?;
        let second = hall.add_staff("minh", "Trần Văn Minh")?;
        let (mut secret, mut personal) = (Canaries::default(), Canaries::default());
        plant_files(&hall, &mut secret)?;
        for one in [&lan, &second] {
            plant_credentials(&mut secret, one).await?;
        }
        for citizen in &people[..2] {
            personal.plant("citizen number", &citizen.number)?;
            personal.plant("name", &citizen.name)?;
        }
        personal.plant("answer", ANSWER)?;
        secret.plant("wrong password", WRONG)?;
        hall.start().await?;
        let door = hall.door()?;
        let console = Console::login(&door, &lan).await?;
        let (_, token) = console.cookie().split_once('=').context("a cookie")?;
        secret.plant("session", token)?;
        Ok(Self {
            hall,
            sitting,
            door,
            console,
            people,
            secret,
            personal,
            told,
            refusals: Vec::new(),
            pki,
            second,
        })
    }

    fn room(&self) -> RoomId {
        self.sitting.rooms[0].id
    }

    /// Two candidates are let in, one by card, and hand in.
    async fn sit(&mut self) -> Result<()> {
        let room = self.room();
        self.console.act(room, RoomAction::Open, "").await?;
        let by_card = self.check_in().await?;
        let board = self.console.board(room).await?;
        let other = board
            .candidates
            .iter()
            .find(|row| row.admission.is_none())
            .context("another candidate")?;
        let reason = "không mang thẻ căn cước";
        let ticket = self
            .console
            .admit_manually(other.attempt, &self.second, reason)
            .await?;
        let mut candidates = Vec::new();
        for ticket in [by_card, ticket.ticket] {
            self.secret.plant("ticket", &ticket)?;
            let mut candidate = Candidate::claim(&self.door, &ticket).await?;
            self.secret.plant("seat token", candidate.seat().token.0)?;
            candidate.fetch_form().await?;
            candidate.connect().await?;
            candidates.push(candidate);
        }
        let token = self.console.live_token().await?;
        self.secret.plant("live token", &token)?;
        let _feed = self.console.live_with(room, &token).await?;
        self.console.act(room, RoomAction::Start, "").await?;
        for candidate in &mut candidates {
            candidate.wait_for_paper().await?;
            let paper = candidate.paper().context("paper")?;
            let question = written(paper).context("no question with a written answer")?;
            candidate.answer(question, Response::Text(ANSWER.into())).await?;
            candidate.hand_in().await?;
        }
        self.console.act(room, RoomAction::End, "xong").await?;
        self.console.act(room, RoomAction::Close, "").await?;
        Ok(())
    }

    /// A card's whole way; its ticket.
    async fn check_in(&mut self) -> Result<String> {
        let papers = StationPapers::issue(&self.hall, "ban-01")?;
        self.secret.plant_pem(
            "station key",
            &std::fs::read_to_string(self.hall.path("ban-01/station.key"))?,
        )?;
        let mut station = papers.join().await?;
        let view = self
            .console
            .start_checkin(self.room(), papers.id, &self.people[0].qr())
            .await?;
        let checkin = station.order().await?;
        let mut chip = self.card()?;
        self.plant_card(&chip)?;
        station.relay(checkin, &mut chip).await?;
        self.console.judged(checkin).await?;
        self.console.portrait(view.id).await?;
        let alone = AdmitRequest {
            face_confirmed: true,
            second: None,
            reason: String::new(),
        };
        Ok(self.console.admit(checkin, &alone).await?.ticket)
    }

    fn card(&self) -> Result<Chip> {
        personalise(&self.people[0], &self.people[1], &Order::parse("1")?, &self.pki)
    }

    fn plant_card(&mut self, chip: &Chip) -> Result<()> {
        let evidence = files(chip)?;
        self.secret.plant_pieces("portrait", &evidence.dg2.0)?;
        // The first line begins as every card's does, and holds the number.
        let [_, dates, name] = machine_readable_zone(&self.people[0]);
        self.secret.plant("machine readable dates", &dates[..15])?;
        self.secret
            .plant("machine readable name", name.trim_end_matches('<'))
    }

    /// Everything that is refused, with canaries in what is sent.
    async fn be_refused(&mut self) -> Result<()> {
        let login = LoginRequest {
            name: "lan".into(),
            password: WRONG.into(),
            code: Some("000000".into()),
        };
        let code = EnrolmentRequest {
            code: WRONG.into(),
            request: "-----BEGIN CERTIFICATE REQUEST-----".into(),
            host_name: "ban-09".into(),
        };
        let bodies = [
            (route::LOGIN, serde_json::to_string(&login)?),
            (
                route::LOGIN,
                format!("{{\"name\":\"lan\",\"password\":[\"{WRONG}\"]}}"),
            ),
            (route::LOGIN, format!("{{\"name\":\"lan\",\"password\":\"{WRONG}")),
            (route::LOGIN, format!("{{\"{WRONG}\":1}}")),
            (route::MACHINE_ENROLMENT, serde_json::to_string(&code)?),
            (route::SEAT_CLAIM, format!("{{\"ticket\":\"{WRONG}\"}}")),
            (route::SECOND_FACTOR, format!("{{\"kind\":\"{WRONG}\"}}")),
            (
                route::PERSON_EXPORT,
                format!(
                    "{{\"citizen_number\":\"{}\",\"reason\":\"\"}}",
                    self.people[0].number
                ),
            ),
        ];
        for (path, body) in bodies {
            let request = self.door.http().post(self.door.url(path));
            let request = request
                .header("cookie", self.console.cookie())
                .header("content-type", "application/json");
            let answer = request.body(body).send().await?;
            ensure!(!answer.status().is_success(), "{path} took it");
            self.refusals.extend_from_slice(&answer.bytes().await?);
        }
        let foreign = self
            .door
            .http()
            .get(self.door.url(route::ROOMS))
            .header("cookie", format!("__Host-session={}", hex::encode(WRONG)));
        self.refusals
            .extend_from_slice(&foreign.send().await?.bytes().await?);
        let provider = route::SINGLE_SIGN_ON_START.replace("{provider}", "so");
        let away = self.door.http().get(self.door.url(&provider)).send().await?;
        self.refusals.extend_from_slice(&away.bytes().await?);
        ensure!(self.refusals.len() > 500, "refusals say something");
        Ok(())
    }

    async fn enrol(&mut self) -> Result<()> {
        let request = CodesRequest {
            site: self.sitting.site,
            kind: MachineKind::Desk,
            names: vec!["Bàn 7".into()],
        };
        let codes: Vec<EnrolmentCode> = self.console.ask(route::MACHINES, &request).await?;
        let code: String = codes[0].code.chars().filter(|c| *c != '-').take(12).collect();
        self.secret.plant("enrolment code", &code)?;
        let grouped: Vec<&str> = codes[0].code.split('-').take(3).collect();
        self.secret.plant("enrolment code", grouped.join("-"))
    }

    /// Fails where one of the canaries stands in these bytes.
    fn none_in(&self, place: &str, bytes: &[u8]) -> Result<()> {
        let (secret, personal) = (self.secret.found(bytes), self.personal.found(bytes));
        ensure!(
            secret.is_empty() && personal.is_empty(),
            "in {place}: {secret:?} {personal:?}"
        );
        Ok(())
    }
}

trait PlantPem {
    fn plant_pem(&mut self, name: &str, pem: &str) -> Result<()>;
}

impl PlantPem for Canaries {
    /// Each line of a PEM file but the first and the last, and the bytes that they stand for.
    fn plant_pem(&mut self, name: &str, pem: &str) -> Result<()> {
        use base64::Engine;
        let lines: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(lines.concat())?;
        // The beginning of a PKCS #8 file is the same for every key.
        self.plant(name, bytes.get(38..62).context("a private key")?)?;
        self.plant(name, lines.get(1).context("a second line")?)
    }
}

fn configure(hall: &Hall, collector: &str) -> Result<()> {
    hall.setting("filter", "\"trace\"")?;
    let secret = hall.path("server/oidc.secret");
    std::fs::write(secret, PROVIDER_SECRET)?;
    let mut config = std::fs::File::options().append(true).open(hall.config())?;
    Ok(write!(
        config,
        "\n[[audit.syslog]]\nname = \"siem\"\naddress = \"{collector}\"\nprotocol = \"tcp\"\n\n\
         [[oidc.provider]]\nid = \"so\"\nname = \"Sở\"\nissuer = \"https://127.0.0.1:9/so\"\nclient_id = \"thi\"\n\
         client_secret_file = \"oidc.secret\"\n"
    )?)
}

fn prepare(hall: &Hall, pki: &TestPki, people: &[Citizen]) -> Result<Sitting> {
    let (roster, anchor) = (hall.path("roster.xlsx"), hall.path("csca.pem"));
    std::fs::write(&roster, RosterFile::Xlsx.write(&people[..2])?)?;
    std::fs::write(&anchor, pki.country.certificate_pem()?)?;
    let papers = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/papers");
    hall.prepare(&Plan {
        title: "Kiểm tra".into(),
        subject: "Toán".into(),
        minutes: 45,
        rooms: vec!["P01".into()],
        roster,
        papers: vec![papers.join("demo-toan.gift"), papers.join("demo-toan.xml")],
        scheme: None,
        anchors: vec![anchor],
    })
}

/// Keys and secrets that lie in files beside the configuration.
fn plant_files(hall: &Hall, secret: &mut Canaries) -> Result<()> {
    for name in [
        "receipt.key",
        "server.key",
        "exam-issuing.key",
        "exam-ca-offline/exam-ca.key",
    ] {
        let pem = std::fs::read_to_string(hall.path("server").join(name))?;
        secret.plant_pem(name, &pem)?;
    }
    let node = std::fs::read_to_string(hall.path("server/node.key"))?;
    secret.plant("node key", hex::decode(node.trim())?)?;
    let reading = std::fs::read_to_string(hall.path("server/exam-ca-offline/audit-reading.key"))?;
    let longest = reading.split_whitespace().max_by_key(|word| word.len());
    secret.plant("audit reading key", longest.context("a key")?)?;
    secret.plant("provider's secret", PROVIDER_SECRET)?;
    // A question and its options: the paper is sealed at rest.
    secret.plant("question", "Hình lập phương có bao nhiêu mặt phẳng đối xứng")
}

async fn plant_credentials(secret: &mut Canaries, one: &Credentials) -> Result<()> {
    secret.plant("password", &one.password)?;
    let factor = one.factor.as_ref().context("a factor")?;
    secret.plant("TOTP secret", factor.secret())?;
    let bytes = totp_rs::Secret::try_from_base32(factor.secret()).context("base 32")?;
    secret.plant("TOTP secret, bytes", bytes.as_bytes())?;
    for code in factor.recovery_codes().await {
        secret.plant("recovery code", &code)?;
    }
    Ok(())
}

/// A question that is answered in words.
fn written(paper: &CandidatePaper) -> Option<u16> {
    let mut questions = paper.questions();
    let found = questions.find(|question| matches!(question.kind, QuestionKind::Essay { .. }));
    found.map(|question| question.number)
}

/// The database with what has not been brought into its file yet.
fn database(hall: &Hall) -> Result<Vec<u8>> {
    let mut bytes = std::fs::read(hall.database())?;
    for beside in ["-wal", "-journal"] {
        let mut path = hall.database().into_os_string();
        path.push(beside);
        bytes.extend(std::fs::read(PathBuf::from(path)).unwrap_or_default());
    }
    Ok(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_leaves_its_cage() -> Result<()> {
    let mut day = Day::begin().await?;
    day.enrol().await?;
    Box::pin(day.sit()).await?;
    day.be_refused().await?;
    let mut exported = day.console.get(route::AUDIT_EXPORT.to_owned()).await?;
    exported.extend(day.console.get(route::AUDIT_FEED.to_owned()).await?);
    day.none_in("the audit", &exported)?;
    day.none_in("refusals", &day.refusals)?;
    pages(&day).await?;
    // The last records are on their way to the collector.
    for _ in 0..100 {
        if contains(&day.told.bytes(), b"audit.export") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let told = day.told.bytes();
    ensure!(contains(&told, b"audit.export"), "the collector was not told");
    day.none_in("what the collector was told", &told)?;
    day.hall.stop().await?;
    let log = std::fs::read(day.hall.path("server.log"))?;
    ensure!(contains(&log, b"TRACE"), "the log is at its finest level");
    day.none_in("the log", &log)?;
    let database = database(&day.hall)?;
    let found = day.secret.found(&database);
    ensure!(found.is_empty(), "in the database: {found:?}");
    let found = day.personal.found(&database);
    ensure!(
        ["citizen number", "name", "answer"]
            .iter()
            .all(|name| found.contains(name)),
        "the search itself does not work, only {found:?} are in the database"
    );
    Ok(())
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// What every visitor is given: the pages with their scripts and modules.
async fn pages(day: &Day) -> Result<()> {
    let mut modules = 0;
    for path in [
        "/",
        "/console/",
        "/assets/candidate/app.js",
        "/assets/candidate/app_bg.wasm",
        "/assets/console/app.js",
        "/assets/console/app_bg.wasm",
    ] {
        let answer = day.door.http().get(day.door.url(path)).send().await?;
        if !answer.status().is_success() {
            continue;
        }
        let bytes = answer.bytes().await?;
        modules += usize::from(bytes.starts_with(b"\0asm"));
        day.none_in(path, &bytes)?;
        ensure!(!contains(&bytes, b"PRIVATE KEY-----"), "a private key in {path}");
    }
    if modules == 0 {
        eprintln!("SKIPPED in part: the pages are not built; `cargo xtask pages` builds them");
    }
    Ok(())
}

/// The program in a folder of its own with core dumps allowed as far as the machine lets it.
fn crashing(folder: &Path, arguments: &str) -> Result<Command> {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("ulimit -c unlimited; exec {arguments}"))
        .arg("sh")
        .arg(program("exam-server")?)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    Ok(command)
}

fn send(signal: &str, process: u32) -> Result<()> {
    let sent = Command::new("kill")
        .args([signal, &process.to_string()])
        .status()?;
    ensure!(sent.success(), "{signal} was not taken");
    Ok(())
}

#[test]
fn a_crash_leaves_no_core_dump_of_the_server_nor_of_a_command() -> Result<()> {
    let hall = Hall::make()?;
    let config = hall.config().to_string_lossy().into_owned();
    let folder = hall.path("cwd");
    std::fs::create_dir(&folder)?;
    // The machine would dump: a program that does not forbid it does.
    let status = crashing(&folder, "sh -c 'kill -SEGV $$'")?.status()?;
    ensure!(status.signal().is_some(), "{status}");
    if !status.core_dumped() {
        eprintln!("SKIPPED in part: this machine makes no core dumps at all, so none could be seen");
    }
    for entry in std::fs::read_dir(&folder)? {
        std::fs::remove_file(entry?.path())?;
    }
    let serve = format!("\"$1\" serve --config '{config}'");
    // Reads a password from its standard input, and waits for it here.
    let add = format!(
        "\"$1\" staff add --name x --display X --grant site-lead@installation --password-stdin --config '{config}'"
    );
    for (arguments, signal) in [(&serve, "-SEGV"), (&serve, "-ABRT"), (&add, "-SEGV")] {
        let arguments = arguments.replace("\"$1\"", &format!("'{}'", program("exam-server")?.display()));
        let mut child = crashing(&folder, &arguments)?.spawn()?;
        let limits = until_forbidden(child.id());
        ensure!(
            limits.split_whitespace().filter(|word| *word == "0").count() == 2,
            "core dumps are allowed: {limits}"
        );
        let status = until_dead(&mut child, signal)?;
        ensure!(status.signal().is_some(), "{signal}: {status}");
        ensure!(!status.core_dumped(), "{signal} left a core dump");
    }
    let left: Vec<_> = std::fs::read_dir(&folder)?.collect();
    ensure!(left.is_empty(), "{left:?}");
    Ok(())
}

/// Sends a signal until the program is dead: its runtime takes the first SIGSEGV to look whether its stack is full.
fn until_dead(child: &mut Child, signal: &str) -> Result<ExitStatus> {
    for _ in 0..100 {
        send(signal, child.id())?;
        std::thread::sleep(std::time::Duration::from_millis(100));
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
    }
    child.kill()?;
    child.wait()?;
    bail!("{signal} does not end it")
}

/// The line of `/proc/<process>/limits` about core files, once the program has got as far as to forbid them.
fn until_forbidden(process: u32) -> String {
    let mut line = String::new();
    for _ in 0..200 {
        let limits = std::fs::read_to_string(format!("/proc/{process}/limits")).unwrap_or_default();
        let found = limits.lines().find(|line| line.starts_with("Max core file size"));
        found.unwrap_or_default().clone_into(&mut line);
        if line.split_whitespace().filter(|word| *word == "0").count() == 2 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    line
}
