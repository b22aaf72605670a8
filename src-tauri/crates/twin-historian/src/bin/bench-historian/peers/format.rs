//! Batches as the wire formats of other databases.

use std::fmt::Write as _;

use twin_core::SampleBatch;

/// A way to bring samples in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// InfluxDB's line protocol.
    Lines,
    /// Prometheus' text format.
    Prometheus,
    /// Prometheus' remote write: protocol buffers, here in snappy's framing without compression, which costs the
    /// reader least.
    RemoteWrite,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 3] = [Format::Lines, Format::Prometheus, Format::RemoteWrite];

    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Lines => "line protocol",
            Format::Prometheus => "Prometheus text",
            Format::RemoteWrite => "remote write",
        }
    }

    /// A request body that holds `batches`, as series of one metric `name` told apart by a label `s`.
    pub fn encode<'a>(self, name: &str, batches: impl Iterator<Item = &'a SampleBatch>) -> Vec<u8> {
        let samples = batches.flat_map(|batch| {
            batch.iter().map(|sample| {
                let value = f64::from_bits(sample.bits);
                (sample.signal.0, sample.time.millis(), value)
            })
        });
        let mut text = String::new();
        match self {
            Format::Lines => {
                for (signal, ms, value) in samples {
                    // Writing to a string cannot fail.
                    let _ = writeln!(text, "{name},s={signal} v={value} {ms}");
                }
                text.into_bytes()
            }
            Format::Prometheus => {
                for (signal, ms, value) in samples {
                    let _ = writeln!(text, "{name}{{s=\"{signal}\"}} {value} {ms}");
                }
                text.into_bytes()
            }
            Format::RemoteWrite => {
                let mut request = Vec::new();
                for (signal, ms, value) in samples {
                    put_series(&mut request, name, signal, ms, value);
                }
                snappy_literals(&request)
            }
        }
    }
}

/// `TimeSeries { labels: [Label { name, value }], samples: [Sample { value, timestamp }] }` as field 1 of a `WriteRequest`.
fn put_series(out: &mut Vec<u8>, name: &str, signal: u32, ms: i64, value: f64) {
    let label = |name: &str, value: &str| {
        let mut label = Vec::new();
        put_field(&mut label, 1, name.as_bytes());
        put_field(&mut label, 2, value.as_bytes());
        label
    };
    let mut series = Vec::new();
    put_field(&mut series, 1, &label("__name__", name));
    put_field(&mut series, 1, &label("s", &signal.to_string()));
    let mut sample = vec![1 << 3 | 1];
    sample.extend_from_slice(&value.to_le_bytes());
    sample.push(2 << 3);
    put_varint(&mut sample, ms.cast_unsigned());
    put_field(&mut series, 2, &sample);
    put_field(out, 1, &series);
}

fn put_field(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(number << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Snappy's block format with nothing but literals: length, then pieces with a tag of 61 and two bytes of length - 1.
fn snappy_literals(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 16);
    put_varint(&mut out, bytes.len() as u64);
    for piece in bytes.chunks(1 << 16) {
        out.push(61 << 2);
        let less_one = (piece.len() - 1) as u16;
        out.extend_from_slice(&less_one.to_le_bytes());
        out.extend_from_slice(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use twin_core::{BatchId, Quality, SignalKey, Timestamp};

    use super::*;

    #[test]
    fn one_sample_in_every_format() {
        let mut batch = SampleBatch::new(BatchId(1), Timestamp(0));
        batch.push_f64(
            SignalKey(7),
            Timestamp(1_704_067_200_102_000),
            20.25,
            Quality::GOOD,
        );
        let encode = |format: Format| format.encode("m", std::iter::once(&batch));
        assert_eq!(encode(Format::Lines), b"m,s=7 v=20.25 1704067200102\n");
        assert_eq!(
            encode(Format::Prometheus),
            b"m{s=\"7\"} 20.25 1704067200102\n"
        );
        let mut expected = vec![43, 61 << 2, 42, 0, 10, 41];
        expected.extend_from_slice(b"\x0a\x0d\x0a\x08__name__\x12\x01m\x0a\x06\x0a\x01s\x12\x017");
        expected.extend_from_slice(b"\x12\x10\x09");
        expected.extend_from_slice(&20.25_f64.to_le_bytes());
        expected.extend_from_slice(b"\x10\xe6\xe8\xc7\x92\xcc\x31");
        assert_eq!(encode(Format::RemoteWrite), expected);
    }
}
