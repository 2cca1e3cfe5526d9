//! Behaviour beyond the third-party samples: the spelling of 3.0, contagious NULLs, hostile items.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn item(processing: &str) -> String {
    format!(
        "<assessmentItem identifier='i'><responseDeclaration identifier='R' cardinality='single' baseType='float'/>\
         <outcomeDeclaration identifier='SCORE' cardinality='single' baseType='float'/>\
         <responseProcessing>{processing}</responseProcessing></assessmentItem>"
    )
}

fn outcome(processing: &str, response: Json) -> Result<Json, Error> {
    let responses = Map::from_iter([("R".to_owned(), response)]);
    Ok(score(&item(processing), &responses, 1)?.outcomes["SCORE"].clone())
}

#[test]
fn version_3_is_the_same_language() {
    let item = "<qti-assessment-item xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0' identifier='i'>\
        <qti-response-declaration identifier='RESPONSE' cardinality='single' base-type='identifier'>\
        <qti-correct-response><qti-value>B</qti-value></qti-correct-response></qti-response-declaration>\
        <qti-outcome-declaration identifier='SCORE' cardinality='single' base-type='float'/>\
        <qti-response-processing><qti-response-condition><qti-response-if><qti-match>\
        <qti-variable identifier='RESPONSE'/><qti-correct identifier='RESPONSE'/></qti-match>\
        <qti-set-outcome-value identifier='SCORE'><qti-base-value base-type='float'>2.5</qti-base-value>\
        </qti-set-outcome-value></qti-response-if></qti-response-condition></qti-response-processing>\
        </qti-assessment-item>";
    for (answer, points) in [("B", 2.5), ("A", 0.0)] {
        let responses = Map::from_iter([("RESPONSE".to_owned(), json!(answer))]);
        assert!((score(item, &responses, 1).unwrap().score - points).abs() < 1e-9);
    }
}

#[test]
fn rounding_is_that_of_the_written_number() {
    let round = |mode, figures| {
        format!(
            "<setOutcomeValue identifier='SCORE'><roundTo roundingMode='{mode}' figures='{figures}'>\
             <variable identifier='R'/></roundTo></setOutcomeValue>"
        )
    };
    let of = |mode, figures, value: f64| outcome(&round(mode, figures), json!(value)).unwrap();
    assert_eq!(of("decimalPlaces", 2, 2.675), json!(2.68));
    assert_eq!(of("significantFigure", 3, 3.175), json!(3.18));
    assert_eq!(of("significantFigure", 1, 0.096), json!(0.1));
    assert_eq!(of("decimalPlaces", 1, 9.96), json!(10));
    assert_eq!(of("decimalPlaces", 0, 0.4), json!(0));
}

#[test]
fn what_is_not_known_is_named() {
    let set = |inner: &str| format!("<setOutcomeValue identifier='SCORE'>{inner}</setOutcomeValue>");
    assert_eq!(
        outcome(&set("<outcomeMaximum outcomeIdentifier='X'/>"), Json::Null),
        Err(Error::Unsupported("outcomeMaximum".to_owned()))
    );
    assert_eq!(
        outcome(&set("<variable identifier='X'/>"), Json::Null),
        Err(Error::Undeclared("X".to_owned()))
    );
    assert!(matches!(
        outcome(&set("<null/>"), json!("ba")),
        Err(Error::BadValue { .. })
    ));
    assert!(matches!(
        score("<test/>", &Map::new(), 1),
        Err(Error::NotAnItem(_))
    ));
}

#[test]
fn hostile_items_end() {
    let set = |inner: String| format!("<setOutcomeValue identifier='SCORE'>{inner}</setOutcomeValue>");
    let deep = "<sum>".repeat(150) + &"</sum>".repeat(150);
    assert_eq!(outcome(&set(deep), Json::Null), Err(Error::TooComplex));
    let wide = "<containerSize><repeat numberRepeats='999999999'><baseValue baseType='integer'>1</baseValue></repeat></containerSize>";
    assert_eq!(outcome(&set(wide.to_owned()), Json::Null), Err(Error::TooComplex));
    let pattern =
        "<patternMatch pattern='(a{1000}){1000}'><baseValue baseType='string'>a</baseValue></patternMatch>";
    assert!(matches!(
        outcome(&set(pattern.to_owned()), Json::Null),
        Err(Error::Malformed(_))
    ));
}

proptest! {
    /// Any tree of operators gives a value or a reason.
    #[test]
    fn any_expression_ends(names in proptest::collection::vec(proptest::sample::select(vec![
        "sum", "product", "divide", "power", "min", "match", "and", "or", "not", "isNull", "multiple", "ordered", "contains",
        "delete", "index n='2'", "repeat numberRepeats='3'", "gcd", "lcm", "truncate", "round", "integerModulus", "equal",
        "mathOperator name='ln'", "statsOperator name='mean'", "roundTo figures='2'", "stringMatch", "random",
    ]), 1..12), number in any::<i64>()) {
        let leaf = format!("<baseValue baseType='integer'>{number}</baseValue><variable identifier='R'/>");
        let tree = names.iter().fold(leaf, |inner, name| {
            let close = name.split(' ').next().unwrap_or(name);
            format!("<{name}>{inner}<null/></{close}><{name}>{inner}</{close}>")
                .chars().take(1 << 16).collect::<String>()
        });
        let _ = outcome(&format!("<setOutcomeValue identifier='SCORE'>{tree}</setOutcomeValue>"), json!(2.5));
    }
}
