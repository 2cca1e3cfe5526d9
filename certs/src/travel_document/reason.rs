//! The one table of reason codes: what a finding says besides its verdict. Codes are stable; texts may get better.

/// A reason code with its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Stable code in kebab-case.
    pub code: &'static str,
    /// For staff, Vietnamese.
    pub vi: &'static str,
    /// For staff, English.
    pub en: &'static str,
}

/// Checked and right, nothing to add.
pub const OK: &str = "ok";
/// Right, but SHA-1 is involved.
pub const SHA1_USED: &str = "sha1-used";
/// A file is over its size limit.
pub const FILE_TOO_LARGE: &str = "file-too-large";
/// EF.SOD can't be read.
pub const SOD_MALFORMED: &str = "sod-malformed";
/// An algorithm, curve or parameter outside the allow-list.
pub const ALGORITHM_NOT_SUPPORTED: &str = "algorithm-not-supported";
/// The list of hashes is not the signed one.
pub const MESSAGE_DIGEST_MISMATCH: &str = "message-digest-mismatch";
/// EF.SOD carries no certificate of its signer.
pub const SIGNER_CERTIFICATE_MISSING: &str = "signer-certificate-missing";
/// The signature of EF.SOD is wrong.
pub const SIGNATURE_INVALID: &str = "signature-invalid";
/// A key is too short to mean anything.
pub const WEAK_KEY: &str = "weak-key";
/// A file's hash is not the signed one.
pub const DATA_GROUP_HASH_MISMATCH: &str = "data-group-hash-mismatch";
/// A file was handed in that EF.SOD does not list.
pub const DATA_GROUP_NOT_COVERED: &str = "data-group-not-covered";
/// Not looked at, because EF.SOD can't be read.
pub const NOT_CHECKED: &str = "not-checked";
/// No trust anchor is installed.
pub const NO_TRUST_ANCHOR: &str = "no-trust-anchor";
/// Anchors are installed, but none of this issuer.
pub const ISSUER_NOT_AMONG_ANCHORS: &str = "issuer-not-among-anchors";
/// The signer names an installed anchor as its issuer, but that one did not sign it.
pub const SIGNER_NOT_ISSUED_BY_ANCHOR: &str = "signer-not-issued-by-anchor";
/// The signer's certificate carries a critical condition that is not understood.
pub const CRITICAL_EXTENSION_UNKNOWN: &str = "critical-extension-unknown";
/// The certificate is not meant for signing documents.
pub const SIGNER_WRONG_USAGE: &str = "signer-wrong-usage";
/// The signer's certificate is not valid yet.
pub const SIGNER_NOT_YET_VALID: &str = "signer-not-yet-valid";
/// The signer's certificate has expired.
pub const SIGNER_EXPIRED: &str = "signer-expired";
/// Signed at a time when the signer's certificate was not valid.
pub const SIGNED_OUTSIDE_VALIDITY: &str = "signed-outside-validity";
/// The trust anchor is not valid at this time.
pub const ANCHOR_OUTSIDE_VALIDITY: &str = "anchor-outside-validity";
/// The country signer stands on its own country's revocation list.
pub const ANCHOR_REVOKED: &str = "anchor-revoked";
/// The document signer stands on its country's revocation list.
pub const SIGNER_REVOKED: &str = "signer-revoked";
/// The installed revocation list is too old to say that the signer is not revoked.
pub const REVOCATION_LIST_OUTDATED: &str = "revocation-list-outdated";
/// Signer and country signer are of different countries.
pub const SIGNER_COUNTRY_DIFFERS: &str = "signer-country-differs";
/// The country signer is another country's than the state that the document names.
pub const ISSUING_STATE_DIFFERS: &str = "issuing-state-differs";
/// The state that the document names can't be compared with the country signer's.
pub const ISSUING_STATE_UNKNOWN: &str = "issuing-state-unknown";
/// Remark: the signer did not write down when it signed, so that only the present validity was checked.
pub const SIGNING_TIME_UNKNOWN: &str = "signing-time-unknown";
/// Remark: no revocation list of the signer's country is installed.
pub const NO_REVOCATION_LIST: &str = "no-revocation-list";
/// The chip has no key to prove itself by.
pub const NO_CHIP_KEY: &str = "no-chip-key";
/// The chip's proof means nothing, because the file with its key is not vouched for.
pub const INTEGRITY_NOT_VALID: &str = "integrity-not-valid";
/// EF.SOD lists DG15, or DG14 alone, but it was not handed in.
pub const CHIP_KEY_WITHHELD: &str = "chip-key-withheld";
/// The chip's public key in EF.DG15 or EF.DG14 can't be read, or is no key.
pub const CHIP_KEY_MALFORMED: &str = "chip-key-malformed";
/// The card does not say how its chip signs (EF.DG14 has no ActiveAuthenticationInfo).
pub const CHIP_ALGORITHM_UNKNOWN: &str = "chip-algorithm-unknown";
/// The chip has a key but did not answer the challenge.
pub const ACTIVE_AUTHENTICATION_MISSING: &str = "active-authentication-missing";
/// The chip's answer does not fit challenge and key.
pub const ACTIVE_AUTHENTICATION_FAILED: &str = "active-authentication-failed";

/// The challenge is not the one that follows from check-in, attempt, sitting and station.
pub const CHALLENGE_DIFFERS: &str = "challenge-differs";
/// The chip has a key for chip authentication only, which nobody tried.
pub const CHIP_AUTHENTICATION_NOT_TRIED: &str = "chip-authentication-not-tried";
/// The chip did not prove that it has the private key to a public key of EF.DG14.
pub const CHIP_AUTHENTICATION_FAILED: &str = "chip-authentication-failed";

const fn reason(code: &'static str, vi: &'static str, en: &'static str) -> Reason {
    Reason { code, vi, en }
}

/// All codes.
pub const TABLE: [Reason; 40] = [
    reason(OK, "hợp lệ", "valid"),
    reason(
        SHA1_USED,
        "hợp lệ, nhưng dùng thuật toán cũ SHA-1",
        "valid, but the old algorithm SHA-1 is used",
    ),
    reason(
        FILE_TOO_LARGE,
        "một tệp trên chip lớn quá mức cho phép",
        "a file of the chip is larger than allowed",
    ),
    reason(
        SOD_MALFORMED,
        "không đọc được đối tượng bảo mật (EF.SOD)",
        "the security object (EF.SOD) can't be read",
    ),
    reason(
        ALGORITHM_NOT_SUPPORTED,
        "thuật toán chưa được hỗ trợ, không kết luận được",
        "the algorithm is not supported, nothing can be said",
    ),
    reason(
        MESSAGE_DIGEST_MISMATCH,
        "danh sách mã băm không phải danh sách đã được ký",
        "the list of hashes is not the one that was signed",
    ),
    reason(
        SIGNER_CERTIFICATE_MISSING,
        "thiếu chứng thư của người ký trong EF.SOD",
        "EF.SOD carries no certificate of its signer",
    ),
    reason(
        SIGNATURE_INVALID,
        "chữ ký của EF.SOD sai",
        "the signature of EF.SOD is wrong",
    ),
    reason(
        WEAK_KEY,
        "khóa quá ngắn, không đáng tin cậy",
        "the key is too short to be relied upon",
    ),
    reason(
        DATA_GROUP_HASH_MISMATCH,
        "dữ liệu trên chip đã bị thay đổi sau khi cấp",
        "data of the chip was changed after it was issued",
    ),
    reason(
        DATA_GROUP_NOT_COVERED,
        "có tệp không nằm trong danh sách đã ký",
        "a file is not among those that were signed",
    ),
    reason(
        NOT_CHECKED,
        "chưa kiểm tra vì không đọc được EF.SOD",
        "not checked, because EF.SOD can't be read",
    ),
    reason(
        NO_TRUST_ANCHOR,
        "chưa cài chứng thư gốc của cơ quan cấp",
        "no root certificate of the issuer is installed",
    ),
    reason(
        ISSUER_NOT_AMONG_ANCHORS,
        "cơ quan cấp không nằm trong các chứng thư gốc đã cài",
        "the issuer is not among the installed root certificates",
    ),
    reason(
        SIGNER_NOT_ISSUED_BY_ANCHOR,
        "chứng thư ký mạo danh cơ quan cấp",
        "the signer's certificate pretends to come from an installed issuer",
    ),
    reason(
        CRITICAL_EXTENSION_UNKNOWN,
        "chứng thư ký có điều kiện bắt buộc chưa hiểu được",
        "the signer's certificate has a critical condition that is not understood",
    ),
    reason(
        SIGNER_WRONG_USAGE,
        "chứng thư không dùng để ký giấy tờ",
        "the certificate is not meant for signing documents",
    ),
    reason(
        SIGNER_NOT_YET_VALID,
        "chứng thư ký chưa có hiệu lực",
        "the signer's certificate is not valid yet",
    ),
    reason(
        SIGNER_EXPIRED,
        "chứng thư ký đã hết hạn",
        "the signer's certificate has expired",
    ),
    reason(
        SIGNED_OUTSIDE_VALIDITY,
        "ký ngoài thời hạn của chứng thư ký",
        "signed outside the validity of the signer's certificate",
    ),
    reason(
        ANCHOR_OUTSIDE_VALIDITY,
        "chứng thư gốc không có hiệu lực vào lúc này",
        "the root certificate is not valid at this time",
    ),
    reason(
        ANCHOR_REVOKED,
        "chứng thư gốc đã bị thu hồi",
        "the root certificate was revoked",
    ),
    reason(
        SIGNER_REVOKED,
        "chứng thư ký đã bị thu hồi",
        "the signer's certificate was revoked",
    ),
    reason(
        REVOCATION_LIST_OUTDATED,
        "danh sách thu hồi đã cài quá cũ, hãy cài danh sách mới",
        "the installed revocation list is too old: install a newer one",
    ),
    reason(
        SIGNER_COUNTRY_DIFFERS,
        "chứng thư ký và chứng thư gốc thuộc hai quốc gia khác nhau",
        "signer and root certificate are of different countries",
    ),
    reason(
        ISSUING_STATE_DIFFERS,
        "chứng thư gốc không thuộc quốc gia cấp ghi trên thẻ",
        "the root certificate is not of the country that the card names",
    ),
    reason(
        ISSUING_STATE_UNKNOWN,
        "không so được quốc gia cấp ghi trên thẻ với chứng thư gốc",
        "the country that the card names can't be compared with the root certificate's",
    ),
    reason(
        SIGNING_TIME_UNKNOWN,
        "không rõ thời điểm ký, chỉ kiểm tra hiệu lực hiện tại",
        "the time of signing is unknown, only the present validity was checked",
    ),
    reason(
        NO_REVOCATION_LIST,
        "chưa cài danh sách thu hồi của cơ quan cấp",
        "no revocation list of the issuer is installed",
    ),
    reason(
        NO_CHIP_KEY,
        "chip không có khóa để tự chứng minh",
        "the chip has no key to prove itself by",
    ),
    reason(
        INTEGRITY_NOT_VALID,
        "không xét vì dữ liệu trên chip chưa được xác nhận",
        "not considered, because the chip's data is not confirmed",
    ),
    reason(
        CHIP_KEY_WITHHELD,
        "thiếu tệp khóa của chip (DG15) dù thẻ phải có: nghi thẻ sao chép",
        "the chip's key (DG15) is missing although the card must have it: possibly a copy",
    ),
    reason(
        CHIP_KEY_MALFORMED,
        "không đọc được khóa của chip (DG15, DG14), hoặc đó không phải là khóa",
        "the chip's key (DG15, DG14) can't be read, or is no key",
    ),
    reason(
        CHIP_ALGORITHM_UNKNOWN,
        "thẻ không ghi thuật toán ký của chip (DG14)",
        "the card does not say how its chip signs (DG14)",
    ),
    reason(
        ACTIVE_AUTHENTICATION_MISSING,
        "chip có khóa nhưng không trả lời thử thách",
        "the chip has a key but did not answer the challenge",
    ),
    reason(
        ACTIVE_AUTHENTICATION_FAILED,
        "chip trả lời sai thử thách: nghi thẻ sao chép",
        "the chip's answer to the challenge is wrong: possibly a copy",
    ),
    reason(
        CHALLENGE_DIFFERS,
        "số thách đố không phải là số của lần điểm danh này",
        "the challenge is not this check-in's",
    ),
    reason(
        CHIP_AUTHENTICATION_NOT_TRIED,
        "chip chỉ chứng minh được bằng trao đổi khóa với máy chủ, việc này chưa được thử",
        "the chip can only prove itself by key agreement with the server, which was not tried",
    ),
    reason(
        CHIP_AUTHENTICATION_FAILED,
        "chip không chứng minh được khóa trong DG14: nghi thẻ sao chép",
        "the chip could not prove its key of DG14: possibly a copy",
    ),
    reason(
        super::admission::DOCUMENT_UNREADABLE,
        "không đọc được vùng dữ liệu của thẻ căn cước (DG1)",
        "the identity card's data (DG1) can't be read",
    ),
];

/// The meaning of a code.
pub fn explain(code: &str) -> Option<&'static Reason> {
    TABLE.iter().find(|reason| reason.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_kebab_case() {
        for (at, reason) in TABLE.iter().enumerate() {
            assert!(
                reason
                    .code
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')),
                "{}",
                reason.code
            );
            assert!(
                TABLE.iter().skip(at + 1).all(|other| other.code != reason.code),
                "{}",
                reason.code
            );
        }
        assert_eq!(explain("ok").map(|reason| reason.en), Some("valid"));
        assert_eq!(explain("no-such-code"), None);
    }
}
