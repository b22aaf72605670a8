//! What a target is fed: a few parts, such as the messages of a conversation, in one run of bytes.
//!
//! Any bytes are a script: lengths that reach too far are cut short, what is left over is nothing. Written: length of
//! the setup (`u8`), setup; then for each part control (`u8`), lengths of name (`u16`), properties (`u16`) and body
//! (`u32`, all little-endian), and the three.

use std::fmt;

/// Most parts of a script; more are not read.
pub const PARTS_MAX: usize = 8;

/// Bytes before a part's name.
const HEAD: usize = 9;

/// What a target is fed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// How what is tried is set up; each target says what it makes of it.
    pub setup: Vec<u8>,
    /// In order.
    pub parts: Vec<Part>,
}

/// A message, a datagram or a file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// Flags and the time that passes before it: see [`Part::flag`] and [`Part::step_ms`].
    pub control: u8,
    /// Topic, or name of the file.
    pub name: Vec<u8>,
    /// Media type, and after each line feed a user property `name=value`.
    pub properties: Vec<u8>,
    /// Payload.
    pub body: Vec<u8>,
}

/// Milliseconds that the high half of a part's control stands for.
const STEPS_MS: [i64; 16] = [
    0,
    1,
    10,
    100,
    1_000,
    2_000,
    4_999,
    5_000,
    6_000,
    31_000,
    61_000,
    600_000,
    3_600_000,
    86_400_000,
    -1_000,
    -86_400_000,
];

/// The step of one second.
pub const SECOND: u8 = 4 << 4;

impl Part {
    /// One of the four flags, 0 to 3.
    pub const fn flag(&self, number: u8) -> bool {
        self.control & (1 << (number & 3)) != 0
    }

    /// The number that the two lowest flags are.
    pub const fn choice(&self) -> u8 {
        self.control & 3
    }

    /// How much later than the part before it comes, ms.
    pub fn step_ms(&self) -> i64 {
        let index = usize::from(self.control >> 4);
        STEPS_MS.get(index).copied().unwrap_or(0)
    }

    /// Its name as text.
    pub fn name(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }

    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("control", &self.control)
            .field("name", &self.name.escape_ascii().to_string())
            .field("properties", &self.properties.escape_ascii().to_string())
            .field("body", &self.body.escape_ascii().to_string())
            .finish()
    }
}

/// Takes up to `count` bytes off the front.
fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (head, rest) = bytes.split_at(count.min(bytes.len()));
    *bytes = rest;
    head
}

impl Script {
    /// Reads any bytes.
    pub fn read(mut bytes: &[u8]) -> Self {
        let setup = take(&mut bytes, 1).first().copied().unwrap_or(0);
        let mut script = Script {
            setup: take(&mut bytes, usize::from(setup)).to_vec(),
            parts: vec![],
        };
        while let Ok(head) = <[u8; HEAD]>::try_from(take(&mut bytes, HEAD)) {
            let [control, n0, n1, p0, p1, body @ ..] = head;
            let short = |bytes| usize::from(u16::from_le_bytes(bytes));
            let (name, properties) = (short([n0, n1]), short([p0, p1]));
            let body = usize::try_from(u32::from_le_bytes(body)).unwrap_or(usize::MAX);
            script.parts.push(Part {
                control,
                name: take(&mut bytes, name).to_vec(),
                properties: take(&mut bytes, properties).to_vec(),
                body: take(&mut bytes, body).to_vec(),
            });
            if script.parts.len() == PARTS_MAX {
                break;
            }
        }
        script
    }

    /// Writes it, so that [`Script::read`] gives it again. What is longer than a length can say is cut off.
    pub fn write(&self) -> Vec<u8> {
        let setup = self.setup.get(..255).unwrap_or(&self.setup);
        let mut bytes = vec![setup.len() as u8];
        bytes.extend_from_slice(setup);
        for part in &self.parts {
            let cut = |bytes: &'_ Vec<u8>| bytes.len().min(usize::from(u16::MAX));
            let (name, properties) = (cut(&part.name), cut(&part.properties));
            let body = u32::try_from(part.body.len()).unwrap_or(u32::MAX);
            bytes.push(part.control);
            bytes.extend_from_slice(&(name as u16).to_le_bytes());
            bytes.extend_from_slice(&(properties as u16).to_le_bytes());
            bytes.extend_from_slice(&body.to_le_bytes());
            bytes.extend(part.name.iter().take(name));
            bytes.extend(part.properties.iter().take(properties));
            bytes.extend_from_slice(&part.body);
        }
        bytes
    }

    /// A byte of the setup; 0 past its end.
    pub fn setup(&self, index: usize) -> u8 {
        self.setup.get(index).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_as_it_was_written() {
        let part = |control, body: &[u8]| Part {
            control,
            name: b"a/b".to_vec(),
            properties: b"text/csv\nid=1".to_vec(),
            body: body.to_vec(),
        };
        let script = Script {
            setup: vec![1, 2],
            parts: vec![part(SECOND, b"1"), part(5, b"")],
        };
        assert_eq!(Script::read(&script.write()), script);
        assert_eq!(script.parts[0].step_ms(), 1_000);
        assert!(script.parts[1].flag(0) && script.parts[1].flag(2) && !script.parts[1].flag(1));
    }

    #[test]
    fn any_bytes_are_a_script() {
        assert_eq!(Script::read(&[]), Script::default());
        let reaches_too_far = [1, 7, 0, 255, 255, 0, 0, 9, 9, 9, 9, b'x'];
        let script = Script::read(&reaches_too_far);
        assert_eq!((script.setup(0), script.setup(9)), (7, 0));
        assert_eq!(script.parts[0].name, b"x");
        assert_eq!(Script::read(&[0; 1_000]).parts.len(), PARTS_MAX);
    }
}
