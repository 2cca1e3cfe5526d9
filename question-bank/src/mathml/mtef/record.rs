//! The records of MTEF 2 to 5 as a tree of objects: version 5 has an options byte after the type, older ones keep the
//! options in the type's high nibble. Must never guess the length of a record.

use super::stream::Stream;
use super::template::Template;
use super::{Error, MAX_DEPTH, MAX_RECORDS};

/// What stands in an equation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Object {
    Character(Character),
    Template(Template, Vec<Object>),
    /// A slot; none if the author left it out.
    Line(Option<Vec<Object>>),
    Pile(Vec<Object>),
    Matrix(Matrix),
}

/// A character with what is drawn around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Character {
    /// Style of the typeface, 1 to 24; above: a font of its own.
    pub(super) typeface: u8,
    /// `MTCode`, a superset of Unicode.
    pub(super) code: u16,
    /// Codes of EMBELL records.
    pub(super) embellishments: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matrix {
    pub(super) columns: usize,
    pub(super) cells: Vec<Object>,
}

/// Reads a whole equation with its header.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Object>, Error> {
    let mut stream = Stream::new(bytes);
    let version = stream.byte()?;
    if !(2..=5).contains(&version) {
        return Err(Error::Version(version));
    }
    // Platform, product, product's version and subversion.
    stream.skip(4)?;
    if version == 5 {
        stream.skip_text()?;
        stream.byte()?;
    }
    let mut reader = Reader {
        stream,
        version,
        records: 0,
    };
    let mut objects = Vec::new();
    while !reader.stream.is_at_end() {
        match reader.record(0)? {
            Record::End => break,
            Record::Nothing => {}
            Record::Object(object) => objects.push(object),
        }
    }
    Ok(objects)
}

struct Reader<'a> {
    stream: Stream<'a>,
    version: u8,
    records: usize,
}

enum Record {
    End,
    /// Fonts, sizes, colours.
    Nothing,
    Object(Object),
}

/// Options of version 5; those of older versions are translated into them.
mod option {
    pub(super) const NUDGE: u8 = 0x08;
    pub(super) const EMBELLISHED: u8 = 0x01;
    pub(super) const CODE_8: u8 = 0x04;
    pub(super) const CODE_16: u8 = 0x10;
    pub(super) const NO_MTCODE: u8 = 0x20;
    pub(super) const NULL_LINE: u8 = 0x01;
    pub(super) const RULER: u8 = 0x02;
    pub(super) const LINE_SPACING: u8 = 0x04;
}

impl Reader<'_> {
    fn record(&mut self, depth: usize) -> Result<Record, Error> {
        self.records += 1;
        if depth > MAX_DEPTH || self.records > MAX_RECORDS {
            return Err(Error::TooComplex);
        }
        let tag = self.stream.byte()?;
        let (kind, old_options) = if self.version == 5 {
            (tag, 0)
        } else {
            (tag & 0x0f, tag >> 4)
        };
        let object = match kind {
            0 => return Ok(Record::End),
            1 => self.line(old_options, depth)?,
            2 => self.character(old_options)?,
            3 => self.template(old_options, depth)?,
            4 => self.pile(old_options, depth)?,
            5 => self.matrix(old_options, depth)?,
            // An EMBELL outside the list of a character belongs to nothing.
            6 => return Err(self.stream.broken()),
            _ => {
                self.skip(kind)?;
                return Ok(Record::Nothing);
            }
        };
        Ok(Record::Object(object))
    }

    fn options(&mut self, old: u8) -> Result<u8, Error> {
        let options = if self.version == 5 {
            self.stream.byte()?
        } else {
            old
        };
        if options & option::NUDGE != 0 && self.stream.word()? == 0x8080 {
            self.stream.skip(4)?;
        }
        Ok(options)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Object>, Error> {
        let mut objects = Vec::new();
        loop {
            match self.record(depth + 1)? {
                Record::End => return Ok(objects),
                Record::Nothing => {}
                Record::Object(object) => objects.push(object),
            }
        }
    }

    fn line(&mut self, old: u8, depth: usize) -> Result<Object, Error> {
        let options = self.options(old)?;
        if options & option::LINE_SPACING != 0 {
            self.stream.word()?;
        }
        if options & option::RULER != 0 {
            self.ruler()?;
        }
        if options & option::NULL_LINE != 0 {
            return Ok(Object::Line(None));
        }
        Ok(Object::Line(Some(self.list(depth)?)))
    }

    /// A RULER record with its type byte.
    fn ruler(&mut self) -> Result<(), Error> {
        if self.stream.byte()? & 0x0f != 7 {
            return Err(self.stream.broken());
        }
        self.skip(7)
    }

    fn character(&mut self, old: u8) -> Result<Object, Error> {
        let options = self.options(old)?;
        let typeface = self.stream.byte()?.wrapping_sub(128);
        let (code, is_embellished) = if self.version == 5 {
            let code = if options & option::NO_MTCODE == 0 {
                Some(self.stream.word()?)
            } else {
                None
            };
            let position = if options & option::CODE_8 != 0 {
                Some(u16::from(self.stream.byte()?))
            } else if options & option::CODE_16 != 0 {
                Some(self.stream.word()?)
            } else {
                None
            };
            // Without MTCode the position within an unknown font says nothing.
            let code = code.or(position.map(|_| 0xfffd)).unwrap_or(0xfffd);
            (code, options & option::EMBELLISHED != 0)
        } else {
            let code = if self.version < 3 {
                u16::from(self.stream.byte()?)
            } else {
                self.stream.word()?
            };
            (code, options & 0x2 != 0)
        };
        let embellishments = if is_embellished {
            self.embellishments()?
        } else {
            Vec::new()
        };
        Ok(Object::Character(Character {
            typeface,
            code,
            embellishments,
        }))
    }

    fn embellishments(&mut self) -> Result<Vec<u8>, Error> {
        let mut codes = Vec::new();
        loop {
            let tag = self.stream.byte()?;
            let (kind, old) = if self.version == 5 {
                (tag, 0)
            } else {
                (tag & 0x0f, tag >> 4)
            };
            match kind {
                0 => return Ok(codes),
                6 if codes.len() < 16 => {
                    self.options(old)?;
                    codes.push(self.stream.byte()?);
                }
                _ => return Err(self.stream.broken()),
            }
        }
    }

    fn template(&mut self, old: u8, depth: usize) -> Result<Object, Error> {
        self.options(old)?;
        let selector = self.stream.byte()?;
        let first = self.stream.byte()?;
        let variation = if self.version == 5 && first & 0x80 != 0 {
            u16::from(first & 0x7f) | u16::from(self.stream.byte()?) << 8
        } else {
            u16::from(first)
        };
        // Options of the template: how a fence is centred.
        self.stream.byte()?;
        let template = if self.version == 5 {
            Template::of_version_5(selector, variation)
        } else {
            Template::of_version_3(selector, variation)
        };
        let template = template.ok_or(Error::Template(selector))?;
        Ok(Object::Template(template, self.list(depth)?))
    }

    fn pile(&mut self, old: u8, depth: usize) -> Result<Object, Error> {
        let options = self.options(old)?;
        self.stream.skip(2)?;
        if options & option::RULER != 0 {
            self.ruler()?;
        }
        Ok(Object::Pile(self.list(depth)?))
    }

    fn matrix(&mut self, old: u8, depth: usize) -> Result<Object, Error> {
        self.options(old)?;
        self.stream.skip(3)?;
        let (rows, columns) = (self.stream.byte()?, self.stream.byte()?);
        // Two bits for each partition line, one more than rows or columns.
        for count in [rows, columns] {
            self.stream.skip((usize::from(count) + 1).div_ceil(4))?;
        }
        let cells = self.list(depth)?;
        let columns = usize::from(columns).max(1);
        Ok(Object::Matrix(Matrix { columns, cells }))
    }

    /// Records that say how an equation looks.
    fn skip(&mut self, kind: u8) -> Result<(), Error> {
        let old = self.version != 5;
        match kind {
            7 => {
                let stops = usize::from(self.stream.byte()?);
                self.stream.skip(stops * 3)
            }
            8 if old => {
                self.stream.skip(2)?;
                self.stream.skip_text()
            }
            8 => {
                self.stream.unsigned()?;
                self.stream.skip(1)
            }
            9 => match self.stream.byte()? {
                101 => self.stream.skip(2),
                100 => self.stream.skip(3),
                _ => self.stream.skip(1),
            },
            10..=14 => Ok(()),
            15 if !old => self.stream.unsigned().map(drop),
            16 if !old => self.colour(),
            17 if !old => {
                self.stream.unsigned()?;
                self.stream.skip_text()
            }
            18 if !old => self.preferences(),
            19 if !old => self.stream.skip_text(),
            100.. if !old => {
                let length = usize::from(self.stream.unsigned()?);
                self.stream.skip(length)
            }
            _ => Err(self.stream.broken()),
        }
    }

    fn colour(&mut self) -> Result<(), Error> {
        let options = self.stream.byte()?;
        self.stream.skip(if options & 0x1 != 0 { 8 } else { 6 })?;
        if options & 0x4 != 0 {
            self.stream.skip_text()?;
        }
        Ok(())
    }

    fn preferences(&mut self) -> Result<(), Error> {
        self.stream.byte()?;
        for _ in 0..2 {
            let count = self.stream.byte()?;
            self.stream.skip_dimensions(count)?;
        }
        for _ in 0..self.stream.byte()? {
            if self.stream.byte()? != 0 {
                self.stream.byte()?;
            }
        }
        Ok(())
    }
}
