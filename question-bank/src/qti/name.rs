//! One spelling for both generations of QTI: 3.0 writes `qti-set-outcome-value` and `base-type`, 2.x
//! `setOutcomeValue` and `baseType`. Must never make two elements of one version the same.

use roxmltree::Node;
use std::borrow::Cow;

/// The name of an element as 2.x spells it.
pub(super) fn of<'a>(node: Node<'a, '_>) -> Cow<'a, str> {
    let name = node.tag_name().name();
    match name.strip_prefix("qti-") {
        Some("lt" | "gt" | "lte" | "gte") => Cow::Borrowed(&name[4..]),
        Some("duration-lt") => Cow::Borrowed("durationLT"),
        Some("duration-gte") => Cow::Borrowed("durationGTE"),
        Some("any-n") => Cow::Borrowed("anyN"),
        Some(kebab) => Cow::Owned(camel(kebab)),
        None => Cow::Borrowed(name),
    }
}

/// An attribute, by its name in 2.x.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attribute(name).or_else(|| {
        node.attributes()
            .find(|attribute| attribute.name().contains('-') && camel(attribute.name()) == name)
            .map(|attribute| attribute.value())
    })
}

/// An attribute that says yes or no.
pub(super) fn flag(node: Node<'_, '_>, name: &str, default: bool) -> bool {
    attribute(node, name).map_or(default, |value| matches!(value.trim(), "true" | "1"))
}

fn camel(kebab: &str) -> String {
    let mut camel = String::with_capacity(kebab.len());
    let mut raise = false;
    for c in kebab.chars() {
        if c == '-' {
            raise = true;
        } else {
            camel.push(if raise { c.to_ascii_uppercase() } else { c });
            raise = false;
        }
    }
    camel
}
