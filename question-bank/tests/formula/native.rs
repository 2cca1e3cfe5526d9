//! texmath's own notation of a formula (Haskell's `show`) in the normal form.

use crate::normal::{Part, element, joined, show, text};

#[derive(Debug)]
enum Value {
    Word(String, Vec<Value>),
    Text(String),
    List(Vec<Value>),
}

pub fn normal(source: &str) -> String {
    let mut reader = Reader {
        chars: source.chars().collect(),
        at: 0,
    };
    let value = reader.value();
    show(&joined(parts(&value)))
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&mut self) -> Option<char> {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
        self.chars.get(self.at).copied()
    }

    /// A constructor with its arguments, a list or a text.
    fn value(&mut self) -> Value {
        match self.atom() {
            Value::Word(name, mut arguments) => {
                while self
                    .peek()
                    .is_some_and(|c| c.is_alphanumeric() || matches!(c, '(' | '[' | '"'))
                {
                    arguments.push(self.atom());
                }
                Value::Word(name, arguments)
            }
            other => other,
        }
    }

    fn atom(&mut self) -> Value {
        match self.peek() {
            Some('(') => {
                self.at += 1;
                let value = self.value();
                while self.peek().is_some_and(|c| c != ')') {
                    self.at += 1;
                }
                self.at += 1;
                value
            }
            Some('[') => self.list(),
            Some('"') => self.text(),
            _ => {
                let start = self.at;
                while self.chars.get(self.at).is_some_and(|c| c.is_alphanumeric()) {
                    self.at += 1;
                }
                assert!(self.at > start, "unexpected {:?}", self.chars.get(start));
                Value::Word(self.chars[start..self.at].iter().collect(), Vec::new())
            }
        }
    }

    fn list(&mut self) -> Value {
        self.at += 1;
        let mut values = Vec::new();
        loop {
            match self.peek() {
                Some(']') => {
                    self.at += 1;
                    return Value::List(values);
                }
                Some(',') => self.at += 1,
                _ => values.push(self.value()),
            }
        }
    }

    fn text(&mut self) -> Value {
        self.at += 1;
        let mut text = String::new();
        while self.chars[self.at] != '"' {
            if self.chars[self.at] != '\\' {
                text.push(self.chars[self.at]);
                self.at += 1;
                continue;
            }
            self.at += 1;
            let digits: String = self.chars[self.at..]
                .iter()
                .take_while(|c| c.is_ascii_digit())
                .collect();
            if digits.is_empty() {
                if self.chars[self.at] != '&' {
                    text.push(self.chars[self.at]);
                }
                self.at += 1;
            } else {
                self.at += digits.len();
                text.extend(digits.parse().ok().and_then(char::from_u32));
            }
        }
        self.at += 1;
        Value::Text(text)
    }
}

fn parts(value: &Value) -> Vec<Part> {
    match value {
        Value::Text(shown) => text(shown),
        Value::List(values) => values.iter().flat_map(parts).collect(),
        Value::Word(name, arguments) => construct(name, arguments),
    }
}

fn construct(name: &str, arguments: &[Value]) -> Vec<Part> {
    let all = |from: usize| arguments[from..].iter().map(parts).collect::<Vec<_>>();
    let one = |name: &str, from: usize| vec![element(name, all(from))];
    match name {
        "EIdentifier" | "ENumber" | "EMathOperator" | "EGrouped" | "Right" | "Left" => all(0).concat(),
        "ESymbol" | "EText" | "EStyled" | "EScaled" => all(1).concat(),
        "ESpace" => Vec::new(),
        "EDelimited" => [parts(&arguments[0]), parts(&arguments[2]), parts(&arguments[1])].concat(),
        "EFraction" => match &arguments[0] {
            Value::Word(kind, _) if kind == "NoLineFrac" => one("noline", 1),
            _ => one("mfrac", 1),
        },
        "ESub" => one("msub", 0),
        "ESuper" => one("msup", 0),
        "ESubsup" => one("msubsup", 0),
        "EUnder" => one("munder", 1),
        "EOver" => one("mover", 1),
        "EUnderover" => one("munderover", 1),
        "ESqrt" => one("msqrt", 0),
        "ERoot" => vec![element("mroot", vec![parts(&arguments[1]), parts(&arguments[0])])],
        "EBoxed" => one("menclose:box", 0),
        "EPhantom" => one("mphantom", 0),
        "ECancel" => {
            let Value::Word(kind, _) = &arguments[0] else {
                panic!("{arguments:?}")
            };
            let notation = match kind.as_str() {
                "ForwardSlash" => "menclose:updiagonalstrike",
                "BackSlash" => "menclose:downdiagonalstrike",
                _ => "menclose:updiagonalstrike downdiagonalstrike",
            };
            one(notation, 1)
        }
        "EArray" => {
            let Value::List(rows) = &arguments[1] else {
                panic!("{arguments:?}")
            };
            let row = |row: &Value| {
                let Value::List(cells) = row else {
                    panic!("{row:?}")
                };
                let cells = cells
                    .iter()
                    .map(|cell| vec![element("mtd", vec![parts(cell)])])
                    .collect();
                vec![element("mtr", cells)]
            };
            vec![element("mtable", rows.iter().map(row).collect())]
        }
        other => panic!("unknown constructor {other}"),
    }
}
