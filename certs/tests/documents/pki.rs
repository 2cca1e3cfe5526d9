//! Test documents made by the `openssl` command, which shares no code with the crate: country signers, document signers,
//! security objects, chip answers.

use certs::travel_document::DocumentFiles;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Whether the outside judge is there; says so when it is not.
pub fn openssl_is_there() -> bool {
    let there = Command::new("openssl")
        .arg("version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: the command openssl is not there");
    }
    there
}

const CONFIG: &str = "[req]\ndistinguished_name=dn\n[dn]\n\
    [csca]\nbasicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n\
    subjectKeyIdentifier=hash\n\
    [link]\nbasicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n\
    subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n\
    [ds]\nkeyUsage=critical,digitalSignature\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n\
    [ds_critical]\nkeyUsage=critical,digitalSignature\n1.2.3.4=critical,DER:0500\n\
    [ds_master_list]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=2.23.136.1.1.3\n\
    [ds_old_key]\nkeyUsage=critical,digitalSignature\n2.5.29.16=ASN1:SEQUENCE:period\n\
    [period]\na=IMP:0,GENERALIZEDTIME:20100101000000Z\nb=IMP:1,GENERALIZEDTIME:20200101000000Z\n\
    [ca]\ndefault_ca=lists\n[lists]\ndatabase=index.txt\ncrlnumber=number.txt\n";

/// A folder with keys and certificates.
pub struct Pki {
    dir: TempDir,
}

impl Pki {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("c.cnf"), CONFIG).unwrap();
        Self { dir }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn run(&self, line: &str) {
        self.run_with(&line.split_whitespace().collect::<Vec<_>>());
    }

    fn run_with(&self, arguments: &[&str]) {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(self.path())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    /// `rsa:2048`, `P-256`, or `brainpoolP256r1:explicit`.
    pub fn key(&self, name: &str, kind: &str) {
        let (first, second) = kind.split_once(':').unwrap_or((kind, "named_curve"));
        if first == "rsa" {
            self.run(&format!(
                "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{second} -out {name}.key"
            ));
        } else {
            self.run(&format!(
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:{first} -pkeyopt ec_param_enc:{second} \
                 -out {name}.key"
            ));
        }
    }

    /// A country signer with a new key; 20 years valid.
    pub fn csca(&self, name: &str, kind: &str, subject: &str) {
        self.key(name, kind);
        self.run(&format!(
            "req -new -x509 -config c.cnf -extensions csca -key {name}.key -subj {subject} -days 7300 -sha256 \
             -out {name}.crt"
        ));
    }

    /// A document signer with a new key, ten years valid; `options` go to the signing command.
    pub fn signer(&self, name: &str, kind: &str, csca: &str, options: &str) {
        self.key(name, kind);
        self.signer_for_key(name, csca, options);
    }

    pub fn signer_for_key(&self, name: &str, csca: &str, options: &str) {
        let options = if options.contains("-extensions") {
            options.into()
        } else {
            format!("-extensions ds {options}")
        };
        let options = if options.contains("-days") {
            options
        } else {
            format!("-days 3650 {options}")
        };
        self.run(&format!(
            "req -new -config c.cnf -key {name}.key -subj /C=VN/CN=signer-{name} -out {name}.csr"
        ));
        self.run(&format!(
            "x509 -req -in {name}.csr -CA {csca}.crt -CAkey {csca}.key -set_serial 4711 -extfile c.cnf {options} \
             -out {name}.crt"
        ));
    }

    /// A certificate for the key `key` under the name `subject`, issued by `issuer` as a CSCA link certificate.
    pub fn link(&self, name: &str, key: &str, subject: &str, issuer: &str) {
        self.run(&format!(
            "req -new -config c.cnf -key {key}.key -subj {subject} -out {name}.csr"
        ));
        self.run(&format!(
            "x509 -req -in {name}.csr -CA {issuer}.crt -CAkey {issuer}.key -set_serial 99 -extfile c.cnf \
             -extensions link -days 7000 -sha256 -out {name}.crt"
        ));
    }

    /// A document signer of another name than usual.
    pub fn signer_named(&self, name: &str, subject: &str, csca: &str, extensions: &str) {
        self.key(name, "P-256");
        self.run(&format!(
            "req -new -config c.cnf -key {name}.key -subj {subject} -out {name}.csr"
        ));
        self.run(&format!(
            "x509 -req -in {name}.csr -CA {csca}.crt -CAkey {csca}.key -set_serial 4711 -extfile c.cnf \
             -extensions {extensions} -days 3650 -sha256 -out {name}.crt"
        ));
    }

    /// A revocation list of this country signer with these serial numbers (hex), PEM, good for 30 days.
    pub fn revocation_list(&self, csca: &str, serials: &[&str]) -> Vec<u8> {
        let line = |serial| format!("R\t400101000000Z\t250101000000Z\t{serial}\tunknown\t/CN=x\n");
        self.write(
            "index.txt",
            serials.iter().map(line).collect::<String>().as_bytes(),
        );
        self.write("number.txt", b"01\n");
        self.run(&format!(
            "ca -config c.cnf -gencrl -keyfile {csca}.key -cert {csca}.crt -crldays 30 -md sha256 -out list.crl"
        ));
        self.read("list.crl")
    }

    /// EF.SOD put together here: named signer identifier, certificates of choice, no time of signing.
    pub fn sod_by_hand(&self, signer: &str, identifier: &[u8], certificates: &[&str], lds: &[u8]) -> Vec<u8> {
        let oid = |hex: &str| tlv(&[0x06], &hex::decode(hex).unwrap());
        let sha256 = tlv(&[0x30], &oid("608648016503040201"));
        let content_type = oid("678108010101");
        let attribute = |of: &str, value: &[u8]| tlv(&[0x30], &[oid(of), tlv(&[0x31], value)].concat());
        let attributes = [
            attribute("2a864886f70d010903", &content_type),
            attribute("2a864886f70d010904", &tlv(&[0x04], &self.digest("sha256", lds))),
        ]
        .concat();
        self.write("attributes.bin", &tlv(&[0x31], &attributes));
        self.run(&format!(
            "dgst -sha256 -sign {signer}.key -out signature.bin attributes.bin"
        ));
        let info = [
            vec![0x02, 1, 1],
            identifier.to_vec(),
            sha256.clone(),
            tlv(&[0xa0], &attributes),
            tlv(&[0x30], &oid("2a8648ce3d040302")),
            tlv(&[0x04], &self.read("signature.bin")),
        ];
        let certificates: Vec<_> = certificates.iter().flat_map(|name| self.der(name)).collect();
        let data = [
            vec![0x02, 1, 3],
            tlv(&[0x31], &sha256),
            tlv(
                &[0x30],
                &[content_type, tlv(&[0xa0], &tlv(&[0x04], lds))].concat(),
            ),
            tlv(&[0xa0], &certificates),
            tlv(&[0x31], &tlv(&[0x30], &info.concat())),
        ];
        let signed = tlv(&[0xa0], &tlv(&[0x30], &data.concat()));
        tlv(
            &[0x77],
            &tlv(&[0x30], &[oid("2a864886f70d010702"), signed].concat()),
        )
    }

    /// A certificate in DER.
    pub fn der(&self, name: &str) -> Vec<u8> {
        self.run(&format!("x509 -in {name}.crt -outform DER -out {name}.der"));
        self.read(&format!("{name}.der"))
    }

    /// A plain ECDSA signature `r ‖ s` of a chip key over the challenge, each number in `len` bytes; and the DER form.
    pub fn plain_answer(
        &self,
        name: &str,
        digest: &str,
        challenge: [u8; 8],
        len: usize,
    ) -> (Vec<u8>, Vec<u8>) {
        self.write("challenge.bin", &challenge);
        self.run(&format!(
            "dgst -{digest} -sign {name}.key -out answer.der challenge.bin"
        ));
        let der = self.read("answer.der");
        let mut rest = &der[if der[1] < 0x80 { 2 } else { 3 }..];
        let mut plain = Vec::new();
        while let [0x02, n, tail @ ..] = rest {
            let (number, after) = tail.split_at(usize::from(*n));
            let zeros = number.iter().take_while(|byte| **byte == 0).count();
            let number = &number[zeros..];
            plain.extend(vec![0; len - number.len()]);
            plain.extend(number);
            rest = after;
        }
        (plain, der)
    }

    /// EF.SOD over these data groups; `options` go to the signing command, `digest` is for the data groups.
    pub fn sod(&self, signer: &str, digest: &str, options: &str, groups: &[(u8, &[u8])]) -> Vec<u8> {
        self.write("lds.bin", &self.security_object(digest, groups));
        self.run(&format!(
            "cms -sign -binary -nodetach -nosmimecap -econtent_type 2.23.136.1.1.1 -in lds.bin -signer {signer}.crt \
             -inkey {signer}.key -outform DER -out sod.der {options}"
        ));
        tlv(&[0x77], &self.read("sod.der"))
    }

    pub fn security_object(&self, digest: &str, groups: &[(u8, &[u8])]) -> Vec<u8> {
        let oid = match digest {
            "sha1" => "06052b0e03021a",
            "sha224" => "0609608648016503040204",
            "sha256" => "0609608648016503040201",
            "sha384" => "0609608648016503040202",
            _ => "0609608648016503040203",
        };
        let hashes: Vec<u8> = groups
            .iter()
            .flat_map(|(number, file)| {
                let hash = tlv(&[0x04], &self.digest(digest, file));
                tlv(&[0x30], &[&[0x02, 0x01, *number], hash.as_slice()].concat())
            })
            .collect();
        let algorithm = tlv(&[0x30], &hex::decode(oid).unwrap());
        let content = [&[0x02, 0x01, 0x00], algorithm.as_slice(), &tlv(&[0x30], &hashes)].concat();
        tlv(&[0x30], &content)
    }

    pub fn digest(&self, name: &str, bytes: &[u8]) -> Vec<u8> {
        self.write("digest.in", bytes);
        self.run(&format!("dgst -{name} -binary -out digest.out digest.in"));
        self.read("digest.out")
    }

    /// EF.DG15 for the public half of a key.
    pub fn dg15(&self, name: &str) -> Vec<u8> {
        self.run(&format!(
            "pkey -in {name}.key -pubout -outform DER -out {name}.spki"
        ));
        tlv(&[0x6f], &self.read(&format!("{name}.spki")))
    }

    /// What a chip with this key answers to the challenge (ISO/IEC 9796-2, scheme 1).
    pub fn answer(
        &self,
        name: &str,
        bits: usize,
        digest: &str,
        trailer: &[u8],
        challenge: [u8; 8],
    ) -> Vec<u8> {
        let hash_len = self.digest(digest, b"").len();
        let m1 = vec![0x5a; bits / 8 - 1 - hash_len - trailer.len()];
        let hash = self.digest(digest, &[m1.as_slice(), &challenge].concat());
        self.write("aa.in", &[&[0x6a], m1.as_slice(), &hash, trailer].concat());
        self.run(&format!(
            "pkeyutl -decrypt -inkey {name}.key -pkeyopt rsa_padding_mode:none -in aa.in -out aa.out"
        ));
        self.read("aa.out")
    }
}

pub fn tlv(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let length = match content.len() {
        length @ 0..=0x7f => vec![u8::try_from(length).unwrap()],
        length @ 0x80..=0xff => vec![0x81, u8::try_from(length).unwrap()],
        length => [&[0x82], u16::try_from(length).unwrap().to_be_bytes().as_slice()].concat(),
    };
    [tag, &length, content].concat()
}

/// An invented citizen.
pub fn dg1() -> Vec<u8> {
    let zone = b"IDVNM0901234562001090123456<<39001011M3001019VNM<<<<<<<<<<<4NGUYEN<<VAN<A<<<<<<<<<<<<<<<<<";
    tlv(&[0x61], &tlv(&[0x5f, 0x1f], zone))
}

/// A face record with something that begins like a JPEG.
pub fn dg2() -> Vec<u8> {
    let image = b"\xff\xd8\xff\xe0 not really a picture";
    let inner = u32::try_from(32 + image.len()).unwrap();
    let record = [
        b"FAC\x00010\x00".as_slice(),
        &(14 + inner).to_be_bytes(),
        &[0, 1],
        &inner.to_be_bytes(),
        &[0; 28],
        image,
    ]
    .concat();
    let template = [tlv(&[0xa1], &[0x80, 0x01, 0x01]), tlv(&[0x5f, 0x2e], &record)].concat();
    let group = [tlv(&[0x02], &[1]), tlv(&[0x7f, 0x60], &template)].concat();
    tlv(&[0x75], &tlv(&[0x7f, 0x61], &group))
}

/// The files of a card without chip key.
pub fn files<'a>(sod: &'a [u8], dg1: &'a [u8], dg2: &'a [u8]) -> DocumentFiles<'a> {
    DocumentFiles {
        sod,
        dg1,
        dg2,
        dg14: None,
        dg15: None,
        dg13_hash: None,
    }
}
