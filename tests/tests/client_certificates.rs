//! Who gets in at the door for check-in desks, by kind of client certificate: a real server process, `openssl` as the client,
//! certificates made as they must and as they must not be.

use anyhow::{Context, Result, ensure};
use exam_tests::hall::Hall;
use exam_tests::knock::{Answer, Papers, knock};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, SanType, SerialNumber, date_time_ymd,
};
use serde::Deserialize;
use std::fmt::Write;
use std::process::Command;

/// The desk's socket is open.
const IN: Answer = Answer::Status(101);
/// A verified certificate, but not that of a registered desk; or none at all.
const FORBIDDEN: Answer = Answer::Status(403);
/// Alerts (RFC 8446, section 6.2).
const UNSUPPORTED_CERTIFICATE: Answer = Answer::Alert(43);
const CERTIFICATE_EXPIRED: Answer = Answer::Alert(45);
const CERTIFICATE_UNKNOWN: Answer = Answer::Alert(46);
const UNKNOWN_CA: Answer = Answer::Alert(48);
const DECRYPT_ERROR: Answer = Answer::Alert(51);

#[derive(Deserialize)]
struct Issued {
    #[serde(alias = "seat")]
    station: String,
    serial: String,
}

/// A running server and the keys of its exam CA.
struct House {
    hall: Hall,
    issuing_pem: String,
    issuing: Issuer<'static, KeyPair>,
}

impl House {
    async fn open() -> Result<Self> {
        let mut hall = Hall::make()?;
        hall.create_exam()?;
        let issuing_pem = std::fs::read_to_string(hall.path("server/exam-issuing.pem"))?;
        let key = KeyPair::from_pem(&std::fs::read_to_string(hall.path("server/exam-issuing.key"))?)?;
        let issuing = Issuer::from_ca_cert_pem(&issuing_pem, key)?;
        hall.start().await?;
        Ok(Self {
            hall,
            issuing_pem,
            issuing,
        })
    }

    /// Issued by hand and registered.
    fn registered(&self, kind: &str, name: &str) -> Result<(Issued, Papers)> {
        let out = self.hall.path(name);
        let (dir, folder) = (self.hall.path("server"), out.to_string_lossy().into_owned());
        let arguments = [
            "ca",
            "issue",
            kind,
            "--dir",
            &dir.to_string_lossy(),
            "--name",
            name,
            "--out",
            &folder,
            "--json",
        ];
        let issued = serde_json::from_str(&self.hall.run("certs", &arguments)?)?;
        let papers = Papers {
            chain: out.join("machine.pem"),
            key: out.join("machine.key"),
        };
        self.hall.register(&papers.chain)?;
        Ok((issued, papers))
    }

    /// A certificate by the issuing authority, as somebody with its key could make it: that of a desk but for `change`.
    fn made(&self, name: &str, id: &str, change: impl FnOnce(&mut CertificateParams)) -> Result<Papers> {
        let key = KeyPair::generate()?;
        let mut params = desk(id)?;
        change(&mut params);
        let leaf = params.signed_by(&key, &self.issuing)?.pem();
        self.keep(name, &[&leaf, &self.issuing_pem], &key.serialize_pem())
    }

    fn keep(&self, name: &str, chain: &[&str], key: &str) -> Result<Papers> {
        let papers = Papers {
            chain: self.hall.path(&format!("{name}.pem")),
            key: self.hall.path(&format!("{name}.key")),
        };
        std::fs::write(&papers.chain, chain.concat())?;
        std::fs::write(&papers.key, key)?;
        Ok(papers)
    }

    async fn knock(&self, papers: Option<&Papers>) -> Result<Answer> {
        knock(self.hall.address(), &self.hall.exam_ca(), papers).await
    }

    /// A desk's certificate for a key of RSA-1024, made by `openssl`.
    fn weak(&self) -> Result<Papers> {
        let path = |name: &str| self.hall.path(name).to_string_lossy().into_owned();
        let extensions = format!(
            "extendedKeyUsage=clientAuth\nkeyUsage=digitalSignature\nsubjectAltName=URI:urn:truong-thi:desk:{}\n",
            "0d".repeat(16)
        );
        std::fs::write(self.hall.path("weak.ext"), extensions)?;
        let lines = [
            format!("genrsa -out {} 1024", path("weak.key")),
            format!(
                "req -new -key {} -subj /CN=weak -out {}",
                path("weak.key"),
                path("weak.csr")
            ),
            format!(
                "x509 -req -in {} -CA {} -CAkey {} -days 5 -extfile {} -out {}",
                path("weak.csr"),
                path("server/exam-issuing.pem"),
                path("server/exam-issuing.key"),
                path("weak.ext"),
                path("weak.crt")
            ),
        ];
        for line in lines {
            let output = Command::new("openssl").args(line.split(' ')).output()?;
            ensure!(
                output.status.success(),
                "{line}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let leaf = std::fs::read_to_string(path("weak.crt"))?;
        let key = std::fs::read_to_string(path("weak.key"))?;
        self.keep("weak", &[&leaf, &self.issuing_pem], &key)
    }
}

fn uri(text: &str) -> Result<SanType> {
    Ok(SanType::URI(text.try_into()?))
}

/// What a desk's certificate says.
fn desk(id: &str) -> Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Cửa P01");
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2035, 1, 1);
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.subject_alt_names = vec![uri(&format!("urn:truong-thi:desk:{id}"))?];
    Ok(params)
}

/// A CA of that name below `issuer`, or by itself.
fn authority(
    name: &str,
    below: Option<&Issuer<'static, KeyPair>>,
) -> Result<(String, Issuer<'static, KeyPair>)> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate()?;
    let certificate = match below {
        Some(issuer) => params.signed_by(&key, issuer)?,
        None => params.self_signed(&key)?,
    };
    Ok((certificate.pem(), Issuer::new(params, key)))
}

/// Certificates that TLS must refuse, each with its alert.
fn refused_by_tls(house: &House) -> Result<Vec<(&'static str, Papers, Answer)>> {
    let id = "0a".repeat(16);
    let key = KeyPair::generate()?;
    let (other_pem, other) = authority("Another exam CA", None)?;
    let foreign = desk(&id)?.signed_by(&key, &other)?.pem();
    let foreign = house.keep("foreign", &[&foreign, &other_pem], &key.serialize_pem())?;
    let (below_pem, below) = authority("One too many", Some(&house.issuing))?;
    let long = desk(&id)?.signed_by(&key, &below)?.pem();
    let long = house.keep(
        "long",
        &[&long, &below_pem, &house.issuing_pem],
        &key.serialize_pem(),
    )?;
    let own = desk(&id)?.self_signed(&key)?.pem();
    let own = house.keep("own", &[&own], &key.serialize_pem())?;
    let alone = house.made("alone", &id, |_| {})?;
    let text = std::fs::read_to_string(&alone.chain)?;
    let end = text.find("-----END CERTIFICATE-----").context("a certificate")? + 25;
    std::fs::write(&alone.chain, format!("{}\n", &text[..end]))?;
    Ok(vec![
        ("of another CA", foreign, UNKNOWN_CA),
        ("signed by itself", own, UNKNOWN_CA),
        ("without the link to the root", alone, UNKNOWN_CA),
        (
            "expired",
            house.made("expired", &id, |params| {
                params.not_after = date_time_ymd(2025, 1, 1);
            })?,
            CERTIFICATE_EXPIRED,
        ),
        (
            "not yet valid",
            house.made("early", &id, |params| {
                params.not_before = date_time_ymd(2034, 1, 1);
            })?,
            CERTIFICATE_EXPIRED,
        ),
        (
            "for servers",
            house.made("purpose", &id, |params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            })?,
            UNSUPPORTED_CERTIFICATE,
        ),
        ("below one authority too many", long, CERTIFICATE_UNKNOWN),
        ("with a key of RSA-1024", house.weak()?, DECRYPT_ERROR),
    ])
}

/// Certificates that the exam CA stands behind, but not those of a registered desk.
fn refused_by_the_server(house: &House, right: &Issued) -> Result<Vec<(&'static str, Papers)>> {
    let stranger = "0b".repeat(16);
    let serial = SerialNumber::from_slice(&hex::decode(&right.serial)?);
    let (seat, seat_papers) = house.registered("seat", "seat-07")?;
    let revoked_papers = house.revoked()?;
    ensure!(seat.station != right.station, "two machines");
    let named = |name: &str, names: Vec<SanType>| {
        house.made(name, &stranger, |params| params.subject_alt_names = names)
    };
    let large = house.keep_p384()?;
    Ok(vec![
        ("revoked", revoked_papers),
        ("of a seat", seat_papers),
        (
            "of an id that nobody registered",
            house.made("renamed", &stranger, |_| {})?,
        ),
        (
            "for a registered id, but another certificate",
            house.made("second", &right.station, |_| {})?,
        ),
        (
            "for a registered id, of the same serial number",
            house.made("serial", &right.station, |params| {
                params.serial_number = Some(serial.clone());
            })?,
        ),
        (
            "for another id, of the same serial number",
            house.made("serial-2", &stranger, |params| {
                params.serial_number = Some(serial.clone());
            })?,
        ),
        (
            "named otherwise",
            named("room", vec![uri("urn:truong-thi:room:0011")?])?,
        ),
        (
            "named by DNS",
            named("dns", vec![SanType::DnsName("localhost".try_into()?)])?,
        ),
        ("without a name", named("nameless", vec![])?),
        (
            "named twice",
            named(
                "twice",
                vec![
                    uri(&format!("urn:truong-thi:desk:{}", right.station))?,
                    uri(&format!("urn:truong-thi:seat:{stranger}"))?,
                ],
            )?,
        ),
        ("with a key of P-384", large),
    ])
}

impl House {
    fn revoked(&self) -> Result<Papers> {
        let (desk, papers) = self.registered("desk", "stolen")?;
        let id = desk.station.as_str();
        let command = ["machine", "revoke", "--machine", id, "--reason", "bị mất cắp"];
        self.hall.server_command(&command)?;
        Ok(papers)
    }

    fn keep_p384(&self) -> Result<Papers> {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384)?;
        let leaf = desk(&"0c".repeat(16))?.signed_by(&key, &self.issuing)?.pem();
        self.keep("p384", &[&leaf, &self.issuing_pem], &key.serialize_pem())
    }
}

#[tokio::test]
async fn each_kind_of_client_certificate_gets_its_answer() -> Result<()> {
    let house = House::open().await?;
    let (right, right_papers) = house.registered("desk", "cua-01")?;
    let mut kinds = vec![
        ("right", Some(right_papers.clone()), IN),
        ("none", None, FORBIDDEN),
    ];
    for (kind, papers, alert) in refused_by_tls(&house)? {
        kinds.push((kind, Some(papers), alert));
    }
    for (kind, papers) in refused_by_the_server(&house, &right)? {
        kinds.push((kind, Some(papers), FORBIDDEN));
    }
    kinds.push(("right, after all the others", Some(right_papers), IN));
    let (mut wrong, mut table) = (0, String::new());
    for (kind, papers, expected) in kinds {
        let answer = house.knock(papers.as_ref()).await?;
        wrong += usize::from(answer != expected);
        writeln!(table, "{kind}: {answer:?}, expected {expected:?}")?;
    }
    println!("{table}");
    ensure!(wrong == 0, "{wrong} wrong answers:\n{table}");
    Ok(())
}
