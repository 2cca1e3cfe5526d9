//! Settings that weaken a rule, and the issuing authority that machines are certified by.

use super::finding::{Finding, Words};
use crate::config::Config;
use crate::machine::certify::Authorities;
use crate::words::told;
use exam_protocol::time::{Millis, Timestamp};

/// An authority that ends sooner is to be renewed: it bounds what can be issued for the next exam.
const SOON: Millis = Millis::minutes(14 * 24 * 60);

/// Looks at settings and authority.
pub fn examine(config: &Config, now: Timestamp) -> Vec<Finding> {
    let mut findings = vec![authority(config, now)];
    if !config.four_eyes.two_organisations {
        let words = Words::new(
            "Việc cần hai người: hai người cùng một đơn vị cũng được (four_eyes.two_organisations = false).",
            "Acts that need two people: two of one organisation suffice (four_eyes.two_organisations = false).",
        );
        findings.push(Finding::warning("four-eyes", words));
    }
    if config.four_eyes.control_hours < 24 {
        let words = Words::new(
            "Việc cần hai người: ai vừa đổi tài khoản người khác chỉ bị loại chưa tới 24 giờ (four_eyes.control_hours).",
            "Acts that need two people: whoever changed an account is kept out for less than 24 hours (four_eyes.control_hours).",
        );
        findings.push(Finding::warning("four-eyes-control", words));
    }
    if config.machines.accept_unregistered {
        let words = Words::new(
            "Máy bàn đón chưa đăng ký cũng được nối (machines.accept_unregistered = true); không thu hồi được máy bị mất.",
            "Desks that nobody registered may join (machines.accept_unregistered = true); a stolen one can't be revoked.",
        );
        findings.push(Finding::warning("unregistered-machines", words));
    }
    findings
}

fn authority(config: &Config, now: Timestamp) -> Finding {
    match Authorities::read(config, now) {
        Err(cause) => Finding::warning(
            "issuing-authority",
            Words::new(
                format!(
                    "Không cấp được chứng thư cho máy mới: {}. Xem docs/machines.md.",
                    told(&cause).0
                ),
                format!(
                    "New machines can't be certified: {}. See docs/machines.md.",
                    told(&cause).1
                ),
            ),
        ),
        Ok(authorities) if authorities.ends_at() - now < SOON => Finding::warning(
            "issuing-authority",
            Words::new(
                "CA cấp chứng thư cho máy còn dưới 14 ngày. Gia hạn theo docs/machines.md.",
                "The issuing authority has less than 14 days left. Renew it as docs/machines.md says.",
            ),
        ),
        Ok(_) => Finding::ok(
            "issuing-authority",
            Words::new(
                "Cấp được chứng thư cho máy mới.",
                "New machines can be certified.",
            ),
        ),
    }
}
