//! How payloads are read where their look does not say it, as the plant file describes it.

/// A rule for the payloads of some topics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PayloadRule {
    /// MQTT topic filter of the topics it holds for.
    pub filter: String,
    /// Name of the convention that reads them, one of [`CONVENTIONS`]; none leaves that to their look.
    pub read_as: Option<String>,
    /// IANA time zone of times that carry none.
    pub zone: Option<String>,
    /// Where the bytes of the layout stand.
    pub source: Source,
    /// Fields of a binary payload, in file order.
    pub layout: Vec<Field>,
    /// Fewest bytes that the layout needs, when it may be longer or shorter than its fields; none: exactly these.
    pub min_length: Option<u32>,
    /// Names of the columns of separated values; `-` leaves one out.
    pub columns: Vec<String>,
    /// What stands between columns.
    pub separator: Option<char>,
    /// What stands between whole and fraction: `.` or `,`.
    pub decimal: Option<char>,
}

/// Names of the conventions that a rule may choose.
pub const CONVENTIONS: [&str; 21] = [
    "sparkplug-b",
    "homie-5",
    "homie-4",
    "home-assistant",
    "zigbee2mqtt",
    "chirpstack",
    "tts",
    "aws-shadow",
    "aws-lifecycle",
    "cloudevents",
    "azure-twin",
    "opcua-pubsub",
    "opcua-monitored",
    "thin-edge",
    "tasmota",
    "senml",
    "uns",
    "json",
    "csv",
    "bare",
    "layout",
];

/// Where the bytes of a layout stand, and how they are written there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Path in a JSON payload; none is the payload itself.
    pub path: Option<String>,
    /// How they are written.
    pub encoding: Encoding,
}

/// How bytes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// As they are; only possible for a whole payload.
    #[default]
    Binary,
    /// Two hexadecimal digits each.
    Hex,
    /// Base64 (RFC 4648), either alphabet.
    Base64,
}

/// A field of a binary payload. Its value is `raw * scale + add`.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Path of its value within the address.
    pub name: String,
    /// Offset of its first byte.
    pub at: u32,
    /// What stands there.
    pub form: Form,
    /// Factor, not zero.
    pub scale: f64,
    /// What is added after scaling, in `unit`.
    pub add: f64,
    /// Display unit of the value; empty for pure numbers.
    pub unit: String,
    /// First bit, counted from the lowest, and number of bits taken; none takes all.
    pub bits: Option<[u8; 2]>,
}

/// What stands at a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// How its bits are meant.
    pub number: Number,
    /// How many bytes, 1 to 8.
    pub bytes: u8,
    /// Whether the lowest byte stands first.
    pub is_little_endian: bool,
}

/// How bits are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// A whole number, 0 or more.
    Unsigned,
    /// A whole number in two's complement.
    Signed,
    /// IEEE 754, of 4 or 8 bytes.
    Float,
    /// Two decimal digits a byte.
    Decimal,
    /// Anything but zero is true.
    Boolean,
}

impl Encoding {
    /// The names used in the plant file.
    pub const NAMES: [(&'static str, Encoding); 3] = [
        ("binary", Encoding::Binary),
        ("hex", Encoding::Hex),
        ("base64", Encoding::Base64),
    ];

    /// The name used in the plant file.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Binary => "binary",
            Encoding::Hex => "hex",
            Encoding::Base64 => "base64",
        }
    }
}

impl Form {
    /// Reads a name such as `i16be`, `u8`, `f32le`, `bcd16be` or `bool`; none when it is no such name.
    pub fn parse(name: &str) -> Option<Form> {
        if name == "bool" {
            return Some(Form {
                number: Number::Boolean,
                bytes: 1,
                is_little_endian: false,
            });
        }
        let digits = name.find(|c: char| c.is_ascii_digit())?;
        let (kind, rest) = name.split_at(digits);
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (bits, order) = rest.split_at(end);
        let bits: u8 = bits.parse().ok().filter(|_| !bits.starts_with('0'))?;
        let number = match kind {
            "u" => Number::Unsigned,
            "i" => Number::Signed,
            "f" => Number::Float,
            "bcd" => Number::Decimal,
            _ => return None,
        };
        let sizes: &[u8] = match number {
            Number::Float => &[32, 64],
            _ => &[8, 16, 24, 32, 48, 64],
        };
        let is_little_endian = match order {
            "le" if bits > 8 => true,
            "be" if bits > 8 => false,
            "" if bits == 8 => false,
            _ => return None,
        };
        sizes.contains(&bits).then_some(Form {
            number,
            bytes: bits / 8,
            is_little_endian,
        })
    }

    /// The name used in the plant file.
    pub fn name(self) -> String {
        let kind = match self.number {
            Number::Unsigned => "u",
            Number::Signed => "i",
            Number::Float => "f",
            Number::Decimal => "bcd",
            Number::Boolean => return "bool".to_owned(),
        };
        let order = match (self.bytes, self.is_little_endian) {
            (1, _) => "",
            (_, true) => "le",
            (_, false) => "be",
        };
        format!("{kind}{}{order}", u16::from(self.bytes) * 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_named() {
        for name in [
            "u8", "i8", "u16be", "i16le", "u24be", "i32be", "u48le", "i64be", "f32le", "f64be",
            "bcd8", "bcd32be", "bool",
        ] {
            assert_eq!(Form::parse(name).map(Form::name).as_deref(), Some(name));
        }
        for wrong in [
            "", "u", "u16", "u8be", "u0", "u12be", "f16be", "i64xe", "U8", "u08", "bit",
        ] {
            assert_eq!(Form::parse(wrong), None, "{wrong}");
        }
    }
}
