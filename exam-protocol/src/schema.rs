//! Descriptions of the JSON types (OpenAPI 3.1): how what is text in JSON looks.

/// Describes a type that is a string of a certain pattern in JSON.
macro_rules! text_schema {
    ($name:ty, $pattern:expr) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some($pattern))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use text_schema;

use crate::bytes::{Bytes, Fixed};
use utoipa::openapi::schema::{Schema, Type};
use utoipa::openapi::{ObjectBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

text_schema!(Bytes, "^([0-9a-f]{2})*$");

impl<const N: usize> PartialSchema for Fixed<N> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(format!("^[0-9a-f]{{{}}}$", 2 * N)))
            .into()
    }
}

impl<const N: usize> ToSchema for Fixed<N> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Hex{N}").into()
    }
}
