//! The CBOR form (RFC 8428, section 6; RFC 8949).

use base64::Engine;
use ciborium_ll::{Decoder, Header, simple, tag};

use super::pack::BASE64;
use crate::{
    limits::Limits,
    observations::Cell,
    reject::{Reject, RejectKind},
    tree::Tree,
};

/// Deepest nesting. A pack has two levels.
const DEPTH_MAX: usize = 8;
/// Whole numbers up to this size are exact in an f64.
const EXACT_IN_F64: u64 = 1 << 53;
/// A number as 10 to a power times a whole number (RFC 8949, section 3.4.4).
const DECIMAL: u64 = 4;
/// A number as 2 to a power times a whole number.
const BIGFLOAT: u64 = 5;

/// Fills a tree; what it held before is gone.
///
/// # Errors
/// It is no CBOR, nested too deep or has too many values.
pub(super) fn read(tree: &mut Tree, payload: &[u8], limits: &Limits) -> Result<(), Reject> {
    tree.clear();
    let mut reader = Cbor {
        payload,
        at: 0,
        limits,
        text: String::new(),
        data_is_due: false,
    };
    let header = reader.pull()?;
    reader.item(header, DEPTH_MAX, tree)?;
    if reader.at == payload.len() {
        return Ok(());
    }
    Err(reader.fault("something follows the pack"))
}

struct Cbor<'p> {
    payload: &'p [u8],
    at: usize,
    limits: &'p Limits,
    /// Room for a text that comes in pieces, and for data.
    text: String,
    /// Whether the field in hand is a data value.
    data_is_due: bool,
}

/// A text of the payload, or in pieces.
enum Text<'p> {
    Whole(&'p str),
    Pieces,
}

impl<'p> Cbor<'p> {
    fn fault(&self, what: &str) -> Reject {
        let detail = format!("CBOR: {what} at byte {}", self.at);
        Reject::new(RejectKind::SenMl, detail)
    }

    fn pull(&mut self) -> Result<Header, Reject> {
        let rest = self.payload.get(self.at..).unwrap_or_default();
        let mut decoder = Decoder::from(rest);
        let header = decoder.pull().map_err(|_| self.fault("no item begins"))?;
        self.at += decoder.offset();
        Ok(header)
    }

    fn bytes(&mut self, length: usize) -> Result<&'p [u8], Reject> {
        let end = self.at.checked_add(length);
        let bytes = end.and_then(|end| self.payload.get(self.at..end));
        let bytes = bytes.ok_or_else(|| self.fault("the payload ends inside an item"))?;
        self.at += length;
        Ok(bytes)
    }

    fn utf8(&mut self, length: usize) -> Result<&'p str, Reject> {
        let bytes = self.bytes(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.fault("text that is not UTF-8"))
    }

    fn text(&mut self, length: Option<usize>) -> Result<Text<'p>, Reject> {
        if let Some(length) = length {
            return Ok(Text::Whole(self.utf8(length)?));
        }
        self.text.clear();
        loop {
            match self.pull()? {
                Header::Break => return Ok(Text::Pieces),
                Header::Text(Some(length)) => {
                    let piece = self.utf8(length)?;
                    self.text.push_str(piece);
                }
                _ => return Err(self.fault("a piece of text was due")),
            }
        }
    }

    /// Reads a byte string into `text`, as JSON has it.
    fn data(&mut self, length: Option<usize>) -> Result<(), Reject> {
        self.text.clear();
        if let Some(length) = length {
            let bytes = self.bytes(length)?;
            BASE64.encode_string(bytes, &mut self.text);
            return Ok(());
        }
        let mut whole = Vec::new();
        loop {
            match self.pull()? {
                Header::Break => {
                    BASE64.encode_string(whole, &mut self.text);
                    return Ok(());
                }
                Header::Bytes(Some(length)) => whole.extend_from_slice(self.bytes(length)?),
                _ => return Err(self.fault("a piece of bytes was due")),
            }
        }
    }

    fn item(&mut self, header: Header, depth: usize, tree: &mut Tree) -> Result<(), Reject> {
        if depth == 0 {
            return Err(self.fault("nested too deep"));
        }
        let cell = match header {
            Header::Array(length) => return self.array(length, depth, tree),
            Header::Map(length) => return self.map(length, depth, tree),
            Header::Tag(DECIMAL) => self.scaled(10.0)?,
            Header::Tag(BIGFLOAT) => self.scaled(2.0)?,
            Header::Tag(tag::BIGPOS | tag::BIGNEG) => {
                return Err(self.fault("a number beyond 64 bits"));
            }
            Header::Tag(_) => {
                let header = self.pull()?;
                return self.item(header, depth - 1, tree);
            }
            Header::Positive(number) => whole(number, false),
            Header::Negative(number) => whole(number, true),
            Header::Float(number) => Cell::F64(number),
            Header::Simple(simple::TRUE) => Cell::Bool(true),
            Header::Simple(simple::FALSE) => Cell::Bool(false),
            Header::Simple(simple::NULL | simple::UNDEFINED) => Cell::Null,
            Header::Simple(_) | Header::Break => return Err(self.fault("an item out of place")),
            Header::Bytes(length) => {
                self.data(length)?;
                // Elsewhere they mean nothing, or are a value of the wrong type.
                if !self.data_is_due {
                    return tree.put_cell(Cell::Null, self.limits);
                }
                return tree.put_cell(Cell::Text(&self.text), self.limits);
            }
            Header::Text(length) => {
                let text = self.text(length)?;
                let text = match text {
                    Text::Whole(text) => text,
                    Text::Pieces => &self.text,
                };
                return tree.put_cell(Cell::Text(text), self.limits);
            }
        };
        tree.put_cell(cell, self.limits)
    }

    fn array(
        &mut self,
        length: Option<usize>,
        depth: usize,
        tree: &mut Tree,
    ) -> Result<(), Reject> {
        tree.begin(false);
        let mut left = length;
        while left != Some(0) {
            match self.pull()? {
                Header::Break if length.is_none() => break,
                header => self.item(header, depth - 1, tree)?,
            }
            left = left.map(|left| left - 1);
        }
        tree.end();
        Ok(())
    }

    fn map(&mut self, length: Option<usize>, depth: usize, tree: &mut Tree) -> Result<(), Reject> {
        tree.begin(true);
        let mut left = length;
        while left != Some(0) {
            match self.pull()? {
                Header::Break if length.is_none() => break,
                header => self.key(header, tree)?,
            }
            let header = self.pull()?;
            self.item(header, depth - 1, tree)?;
            left = left.map(|left| left - 1);
        }
        tree.end();
        Ok(())
    }

    fn key(&mut self, header: Header, tree: &mut Tree) -> Result<(), Reject> {
        let name = match header {
            Header::Text(length) => match self.text(length)? {
                Text::Whole(text) => text,
                Text::Pieces => &self.text,
            },
            Header::Positive(label) => positive(label),
            Header::Negative(label) => negative(label),
            _ => return Err(self.fault("a label that is neither text nor a number")),
        };
        tree.put_key(name);
        self.data_is_due = name == "vd";
        Ok(())
    }

    /// `[exponent, mantissa]`.
    fn scaled<'c>(&mut self, base: f64) -> Result<Cell<'c>, Reject> {
        if self.pull()? != Header::Array(Some(2)) {
            return Err(self.fault("exponent and mantissa were due"));
        }
        let mut parts = [0.0; 2];
        for part in &mut parts {
            let header = self.pull()?;
            *part = match header {
                Header::Positive(number) => number as f64,
                Header::Negative(number) => -1.0 - number as f64,
                _ => return Err(self.fault("a whole number was due")),
            };
        }
        let [exponent, mantissa] = parts;
        // Dividing by an exact power rounds once, multiplying by its inverse twice. `as` saturates.
        Ok(Cell::F64(if exponent < 0.0 {
            mantissa / base.powi(-exponent as i32)
        } else {
            mantissa * base.powi(exponent as i32)
        }))
    }
}

fn whole<'c>(number: u64, negative: bool) -> Cell<'c> {
    let as_f64 = if negative {
        -1.0 - number as f64
    } else {
        number as f64
    };
    match i64::try_from(number) {
        Ok(number) if number.unsigned_abs() >= EXACT_IN_F64 => {
            Cell::I64(if negative { !number } else { number })
        }
        _ => Cell::F64(as_f64),
    }
}

/// The name of a label 0 or more (RFC 8428, table 4). Labels that are not known have no meaning here.
const fn positive(label: u64) -> &'static str {
    match label {
        0 => "n",
        1 => "u",
        2 => "v",
        3 => "vs",
        4 => "vb",
        5 => "s",
        6 => "t",
        7 => "ut",
        8 => "vd",
        _ => "?",
    }
}

/// As [`positive`], of -1 - `label`.
const fn negative(label: u64) -> &'static str {
    match label {
        0 => "bver",
        1 => "bn",
        2 => "bt",
        3 => "bu",
        4 => "bv",
        5 => "bs",
        _ => "?",
    }
}
