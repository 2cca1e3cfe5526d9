//! Policies of browsers: which root they trust for every user of the PC, and that the machine's certificate is shown to the
//! exam server without asking. Files of other policies are left alone.

use super::{Installation, Papers, SYSTEM_CA, put};
use crate::machine::MachineError;
use crate::machine::manifest::Manifest;
use serde_json::{Value, json};

/// Where Chromium and its kin look for policies (each product's own documentation for administrators).
const CHROMIUM_KIN: [&str; 4] = [
    "etc/chromium/policies/managed/truong-thi.json",
    "etc/chromium-browser/policies/managed/truong-thi.json",
    "etc/opt/chrome/policies/managed/truong-thi.json",
    "etc/opt/edge/policies/managed/truong-thi.json",
];

/// Firefox knows only this one file.
const FIREFOX: &str = "etc/firefox/policies/policies.json";

/// Writes all policy files.
pub fn policies(
    installation: &Installation<'_>,
    papers: &Papers,
    manifest: &mut Manifest,
) -> Vec<Result<String, MachineError>> {
    let chromium = chromium(installation, papers);
    let firefox = firefox(installation);
    let files = CHROMIUM_KIN.iter().map(|path| (*path, &chromium));
    files
        .chain([(FIREFOX, &firefox)])
        .map(|(path, policy)| write(installation, path, policy, manifest))
        .collect()
}

fn write(
    installation: &Installation<'_>,
    path: &str,
    policy: &Value,
    manifest: &mut Manifest,
) -> Result<String, MachineError> {
    let path = installation.root.join(path);
    let text = format!("{policy:#}\n");
    match std::fs::read_to_string(&path) {
        Ok(there) if there == text => Ok(format!("đã có / is there already: {}", path.display())),
        Ok(_) => Err(MachineError::file(
            &path,
            format!(
                "đã có chính sách khác; người quản trị tự thêm / another policy is there; add by hand: {policy}"
            ),
        )),
        Err(_) => {
            put(manifest, &path, text.as_bytes())?;
            Ok(path.display().to_string())
        }
    }
}

/// `CACertificates` trusts the root for all users; `AutoSelectCertificateForUrls` chooses the machine's certificate by its
/// issuer.
fn chromium(installation: &Installation<'_>, papers: &Papers) -> Value {
    let base64: String = papers
        .root_pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .map(str::trim)
        .collect();
    let rule = json!({
        "pattern": installation.server.url("https"),
        "filter": { "ISSUER": { "CN": papers.issuer_name } },
    });
    json!({
        "CACertificates": [base64],
        "AutoSelectCertificateForUrls": [rule.to_string()],
    })
}

fn firefox(installation: &Installation<'_>) -> Value {
    json!({
        "policies": {
            "Certificates": {
                "ImportEnterpriseRoots": true,
                "Install": [installation.root.join(SYSTEM_CA)],
            },
            "Preferences": {
                "security.default_personal_cert": { "Value": "Select Automatically", "Status": "default" },
            },
        },
    })
}
