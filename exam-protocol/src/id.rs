//! Ids: 128 random bits each, a type of its own for each thing, so that one can't be taken for another.

use crate::bytes::Fixed;
use core::{fmt, str::FromStr};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// The text is not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 32 hexadecimal digits")
    }
}

impl core::error::Error for NotAnId {}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
        #[serde(transparent)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] pub Fixed<16>);

        impl $name {
            /// An id from 16 random bytes of the caller's generator.
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(Fixed(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        #[cfg(feature = "schema")]
        crate::schema::text_schema!($name, "^[0-9a-f]{32}$");

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let mut bytes = [0; 16];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAnId)?;
                Ok(Self(Fixed(bytes)))
            }
        }
    )*};
}

ids! {
    /// An exam (*kỳ thi*).
    ExamId;
    /// A sitting (*ca thi*): one paper, one time, one or more rooms.
    SittingId;
    /// One room (*phòng thi*) of one sitting.
    RoomId;
    /// One candidate's attempt (*bài thi*) in one sitting; made when the roster is imported.
    AttemptId;
    /// One time that a candidate was outside during the exam.
    AbsenceId;
    /// A form (*mã đề*): the paper in one candidate's order.
    FormId;
    /// One try to check a person in at the desk.
    CheckinId;
    /// A desk PC with a card reader.
    StationId;
    /// A member of staff.
    StaffId;
    /// An organisation (*đơn vị*): a school, a department of education.
    OrganisationId;
    /// A site (*điểm thi*) of an exam.
    SiteId;
    /// A login of a member of staff; not the secret that proves it.
    SessionId;
    /// A PC with a certificate of the exam CA; a desk's is also its [`StationId`].
    MachineId;
    /// An act that waits for a second person.
    ProposalId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_text_in_json_and_bytes_elsewhere() {
        let id = AttemptId::from_random([7; 16]);
        assert_eq!(
            serde_json::to_string(&id).unwrap(),
            format!("\"{}\"", "07".repeat(16))
        );
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(
            postcard::from_bytes::<AttemptId>(&postcard::to_stdvec(&id).unwrap()).unwrap(),
            id
        );
        assert_eq!("07".parse::<AttemptId>(), Err(NotAnId));
    }
}
