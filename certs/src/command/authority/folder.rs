//! Which authorities a folder holds. Reads and writes their files; issues nothing by itself but an issuing authority where a
//! small school keeps root and servers' CA in one folder.

use super::ledger;
use crate::command::{now, read, write_new, write_pair};
use anyhow::{Context, Result, bail};
use certs::authority::{Entry, ExamRoot, IssuingAuthority};
use certs::time::BACKDATED_DAYS;
use certs::{Validity, x509};
use std::path::{Path, PathBuf};

/// File name of the root's certificate and key, without ending.
pub(super) const ROOT: &str = "exam-ca";
/// File name of an issuing authority's certificate and key, without ending.
pub(super) const ISSUING: &str = "exam-issuing";

/// How long an issuing authority lives by default, in days.
pub(super) const ISSUING_DAYS: u32 = 90;

/// The root in a folder; its key must be there.
pub(super) fn root(dir: &Path) -> Result<ExamRoot> {
    let root = ExamRoot::from_pem(&text(dir, ROOT, "pem")?, &text(dir, ROOT, "key")?);
    root.with_context(|| {
        format!(
            "gốc CA trong {0} không dùng được / the exam CA's root in {0} can't be used",
            dir.display()
        )
    })
}

/// The issuing authority in a folder. A folder with a root alone gets one, below that root.
pub(super) fn issuing(dir: &Path) -> Result<IssuingAuthority> {
    if !holds(dir, ISSUING) {
        return first_issuing(dir);
    }
    let issuing = IssuingAuthority::from_pem(&text(dir, ISSUING, "pem")?, &text(dir, ISSUING, "key")?);
    let issuing = issuing.with_context(|| {
        format!(
            "cơ quan cấp chứng thư trong {0} không dùng được / the issuing authority in {0} can't be used",
            dir.display()
        )
    })?;
    let ends = issuing.validity().not_after;
    if ends <= now()? {
        bail!(
            "chứng thư của cơ quan cấp trong {0} đã hết hạn ngày {ends}: chuyển {ISSUING}.pem và {ISSUING}.key đi chỗ khác rồi cấp lại từ \
             gốc bằng “certs ca issue authority” / the issuing authority in {0} ended on {ends}: move {ISSUING}.pem and {ISSUING}.key \
             away and issue a new one from the root with “certs ca issue authority”",
            dir.display()
        );
    }
    Ok(issuing)
}

/// Makes an issuing authority below the root in `root_dir`, in the folder `out`.
pub(super) fn make_issuing(
    root_dir: &Path,
    name: &str,
    validity: Validity,
    out: &Path,
) -> Result<(IssuingAuthority, [PathBuf; 2])> {
    let root = root(root_dir)?;
    let issuing = root.issue_authority(name, validity)?;
    let paths = write_pair(out, ISSUING, issuing.certificate_pem(), &issuing.key_pem())?;
    put_root_certificate(out, root.certificate_pem())?;
    let entry = Entry::issued(now()?, "authority", name, root.serial(), &issuing.certified());
    ledger::append(root_dir, &entry)?;
    Ok((issuing, paths))
}

fn first_issuing(dir: &Path) -> Result<IssuingAuthority> {
    if !holds(dir, ROOT) {
        bail!(
            "{0} không có {ISSUING}.key hay {ROOT}.key: cấp bằng “certs ca issue authority --out {0}” / {0} holds neither \
             {ISSUING}.key nor {ROOT}.key: issue one with “certs ca issue authority --out {0}”",
            dir.display()
        );
    }
    let name = x509::common_name(&x509::der_from_pem(&text(dir, ROOT, "pem")?)?)?;
    // A common name has at most 64 characters.
    let short: String = name.chars().take(54).collect();
    let validity = Validity::backdated(now()?, BACKDATED_DAYS, ISSUING_DAYS);
    let (issuing, _) = make_issuing(dir, &format!("{short} – issuing"), validity, dir)?;
    eprintln!(
        "certs: đã tạo cơ quan cấp chứng thư ({ISSUING_DAYS} ngày) trong {0} / made an issuing authority ({ISSUING_DAYS} days) in {0}",
        dir.display()
    );
    Ok(issuing)
}

/// Puts a copy of the root's certificate beside what it stands behind; one that is there already must be the same.
pub(super) fn put_root_certificate(dir: &Path, pem: &str) -> Result<PathBuf> {
    let path = dir.join(format!("{ROOT}.pem"));
    if !path.exists() {
        write_new(&path, pem, false)?;
    } else if x509::der_from_pem(&text(dir, ROOT, "pem")?)? != x509::der_from_pem(pem)? {
        bail!(
            "{0} là của gốc CA khác: chuyển nó đi chỗ khác / {0} is another exam CA's: move it away first",
            path.display()
        );
    }
    Ok(path)
}

/// The root's certificate in a folder, PEM.
pub(super) fn root_certificate(dir: &Path) -> Result<String> {
    text(dir, ROOT, "pem")
}

/// Whether the key of that authority is in the folder.
pub(super) fn holds(dir: &Path, name: &str) -> bool {
    dir.join(format!("{name}.key")).exists()
}

fn text(dir: &Path, name: &str, ending: &str) -> Result<String> {
    let path = dir.join(format!("{name}.{ending}"));
    String::from_utf8(read(&path)?)
        .with_context(|| format!("{0} không phải tệp PEM / {0} is no PEM file", path.display()))
}
