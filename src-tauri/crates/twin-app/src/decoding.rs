//! From a connection of the plant file to its decoder: limits, and how payloads are read where their look does not say it.

use twin_core::{Said, Timestamp, said};
use twin_model::{
    Connection,
    payload::{self, Encoding, Field, Number},
};
use twin_payload::{
    ByteOrder, Convention, Csv, CsvColumn, Decoder, FieldKind, Layout, LayoutField, LayoutSource,
    Limits, PayloadRule, ReadAs, Rules, TextEncoding, Zone,
};

use crate::error::{Error, Result};

/// 2000-01-01T00:00:00Z and 2100-01-01T00:00:00Z, seconds since 1970.
const FROM_S: i64 = 946_684_800;
const UNTIL_S: i64 = 4_102_444_800;
/// Sparkplug messages of a connection that may wait for a birth. Brokers send 20 messages without an acknowledgement
/// unless they are told otherwise, and a quarter of them may be held back.
pub const HELD_MESSAGES: usize = 5;

/// The decoder of a connection of which nothing was heard yet.
///
/// # Errors
/// [`Error::Request`] names the payload rule that cannot be carried out, and why.
pub fn decoder_of(connection: &Connection) -> Result<Decoder> {
    let rules = connection.payload.iter().map(|rule| {
        let read = rule_of(rule).and_then(|read| match read.fault() {
            Some(fault) => Err(fault),
            None => Ok(read),
        });
        read.map_err(|why| {
            Error::Request(said!(
                "refused-payload",
                "the payload rule for \"{filter}\" of the connection \"{name}\" cannot be carried out: {why}",
                filter = rule.filter.as_str(),
                name = connection.name.as_str(),
                why = why
            ))
        })
    });
    let rules = Rules {
        payload: rules.collect::<Result<_>>()?,
    };
    let mut limits = Limits::default();
    if let Some(topics) = connection.limits.topics {
        limits.topics = topics as usize;
    }
    if let Some(addresses) = connection.limits.addresses {
        limits.addresses = addresses as usize;
    }
    if let Some(packet) = connection.limits.packet {
        limits = limits.with_payload(usize::try_from(packet).unwrap_or(usize::MAX));
    }
    limits.sparkplug.reorder = connection.sparkplug.reorder_timeout;
    limits.sparkplug.held = HELD_MESSAGES;
    Ok(Decoder::with_rules(limits, &rules))
}

fn rule_of(rule: &payload::PayloadRule) -> std::result::Result<PayloadRule, Said> {
    let zone = rule.zone.as_deref().map(|zone| {
        let zoned = || {
            jiff::tz::TimeZone::get(zone)
                .ok()
                .map(|zone| steps_of(&zone))
        };
        Zone::from_text(zone).or_else(zoned).ok_or_else(|| {
            said!(
                "refused-payload-zone",
                "the zone \"{zone}\" is not known: write one such as Europe/Berlin or +01:00",
                zone = zone
            )
        })
    });
    Ok(PayloadRule {
        filter: rule.filter.as_str().into(),
        read_as: read_as(rule)?,
        zone: zone.transpose()?,
    })
}

/// A time zone as far as devices can tell times in it: from 2000 to 2100.
fn steps_of(zone: &jiff::tz::TimeZone) -> Zone {
    let begin = jiff::Timestamp::from_second(FROM_S).unwrap_or_default();
    let steps: Vec<(Timestamp, i32)> = zone
        .following(begin)
        .take_while(|step| step.timestamp().as_second() < UNTIL_S)
        .map(|step| {
            let since = Timestamp::from_secs(step.timestamp().as_second());
            (since, step.offset().seconds())
        })
        .collect();
    Zone::with_steps(zone.to_offset(begin).seconds(), &steps)
}

fn read_as(rule: &payload::PayloadRule) -> std::result::Result<Option<ReadAs>, Said> {
    if !rule.layout.is_empty() {
        return layout_of(rule).map(|layout| Some(ReadAs::Layout(layout)));
    }
    let is_csv = rule.read_as.as_deref() == Some(Convention::Csv.name());
    if is_csv || !rule.columns.is_empty() {
        return Ok(Some(ReadAs::Csv(csv_of(rule))));
    }
    let Some(name) = &rule.read_as else {
        return Ok(None);
    };
    // What OPC Publisher writes of single items is a form of the same convention.
    let name = if name == "opcua-monitored" {
        Convention::OpcUaPubSub.name()
    } else {
        name
    };
    let convention = Convention::from_name(name);
    let unread = || {
        said!(
            "refused-payload-as",
            "\"{name}\" is not read yet: leave `as` out",
            name = name
        )
    };
    convention
        .map(|convention| Some(ReadAs::Convention(convention)))
        .ok_or_else(unread)
}

fn csv_of(rule: &payload::PayloadRule) -> Csv {
    let default = Csv::default();
    Csv {
        columns: rule
            .columns
            .iter()
            .map(|column| match column.as_str() {
                "-" => CsvColumn::Skip,
                "time" => CsvColumn::Time,
                name => CsvColumn::Value(name.into()),
            })
            .collect(),
        separator: rule.separator.unwrap_or(default.separator),
        decimal: rule.decimal.unwrap_or(default.decimal),
    }
}

fn layout_of(rule: &payload::PayloadRule) -> std::result::Result<Layout, Said> {
    let encoding = match rule.source.encoding {
        Encoding::Binary => None,
        Encoding::Hex => Some(TextEncoding::Hex),
        Encoding::Base64 => Some(TextEncoding::Base64),
    };
    let source = match (&rule.source.path, encoding) {
        (None, None) => LayoutSource::Payload,
        (None, Some(encoding)) => LayoutSource::Text(encoding),
        (Some(path), Some(encoding)) => LayoutSource::Json {
            path: path.as_str().into(),
            encoding,
        },
        (Some(path), None) => {
            return Err(said!(
                "refused-payload-encoding",
                "bytes at \"{path}\" in JSON need an encoding, hex or base64",
                path = path.as_str()
            ));
        }
    };
    let fields = rule.layout.iter().map(field_of);
    Ok(Layout {
        source,
        fields: fields.collect(),
        min_length: rule.min_length.map(|bytes| bytes as usize),
        time: None,
    })
}

fn field_of(field: &Field) -> LayoutField {
    let (bytes, order) = (
        field.form.bytes,
        if field.form.is_little_endian {
            ByteOrder::Little
        } else {
            ByteOrder::Big
        },
    );
    let kind = match (field.form.number, bytes) {
        (Number::Unsigned, _) => FieldKind::Unsigned(bytes, order),
        (Number::Signed, _) => FieldKind::Signed(bytes, order),
        (Number::Float, 8) => FieldKind::F64(order),
        (Number::Float, _) => FieldKind::F32(order),
        (Number::Decimal, _) => FieldKind::Bcd(bytes, order),
        (Number::Boolean, _) => FieldKind::Bool,
    };
    LayoutField {
        name: field.name.as_str().into(),
        at: field.at as usize,
        kind,
        bits: field.bits.map(|[first, count]| (first, count)),
        scale: field.scale,
        add: field.add,
        unit: Some(field.unit.as_str().into()).filter(|_| !field.unit.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use twin_core::ConnectionId;
    use twin_model::Plant;
    use twin_payload::{Message, Observations};

    use super::*;

    fn connection(rule: &str) -> Connection {
        let text = format!(
            "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nhost = \"h\"\n\
             subscriptions = [{{ filter = \"a/#\" }}]\n[[connection.payload]]\nfilter = \"a/+\"\n{rule}\n"
        );
        let plant = Plant::parse(&text).unwrap();
        plant.connection("c").unwrap().clone()
    }

    fn read(rule: &str, payload: &[u8]) -> Vec<(String, f64)> {
        let mut decoder = decoder_of(&connection(rule)).unwrap();
        let mut out = Observations::new();
        let message = Message::new("a/b", payload, Timestamp::from_secs(1_700_000_000));
        decoder.decode(message, &mut out).unwrap();
        out.iter()
            .filter_map(|row| {
                let value = row.value().as_f64()?;
                Some((decoder.address(row.address).to_owned(), value))
            })
            .collect()
    }

    #[test]
    fn rules_of_the_plant_file_are_carried_out() {
        let layout =
            "layout = [{ name = \"t\", at = 0, type = \"i16be\", scale = 0.5, unit = \"°C\" }]";
        assert_eq!(read(layout, &[0, 43]), [("a/b#t".to_owned(), 21.5)]);
        let in_json = format!("path = \"data\"\nencoding = \"hex\"\n{layout}");
        let rows = read(&in_json, br#"{"data":"002b","n":3}"#);
        assert!(rows.iter().any(|(_, value)| *value == 21.5), "{rows:?}");
        let csv = "columns = [\"-\", \"flow\"]\nseparator = \";\"\ndecimal = \",\"";
        assert_eq!(read(csv, b"x;2,5"), [("a/b#flow".to_owned(), 2.5)]);
        let senml = read("as = \"senml\"", br#"[{"n":"t","v":1}]"#);
        assert_eq!(senml.len(), 1);
    }

    #[test]
    fn local_times_follow_daylight_saving() {
        for (payload, seconds) in [
            (r#"{"time":"2023-07-01T12:00:00","v":1}"#, 1_688_205_600),
            (r#"{"time":"2023-11-14T12:00:00","v":1}"#, 1_699_959_600),
        ] {
            let mut decoder = decoder_of(&connection("zone = \"Europe/Berlin\"")).unwrap();
            let mut out = Observations::new();
            let received = Timestamp::from_secs(1_700_000_000);
            let message = Message::new("a/b", payload.as_bytes(), received);
            decoder.decode(message, &mut out).unwrap();
            let times: Vec<_> = out.iter().map(|row| row.source_time).collect();
            assert_eq!(times, [Some(Timestamp::from_secs(seconds))], "{payload}");
        }
    }

    #[test]
    fn limits_of_the_plant_file_reach_the_decoder() {
        let text = "[plant]\nid = \"p\"\nname = \"P\"\nzone = \"UTC\"\n[[connection]]\nid = \"c\"\nhost = \"h\"\n\
                    subscriptions = [{ filter = \"a/#\" }]\n[connection.limits]\npacket = \"20MB\"\n\
                    topics = 7\naddresses = 9\n";
        let plant = Plant::parse(text).unwrap();
        let decoder = decoder_of(plant.connection("c").unwrap()).unwrap();
        let limits = decoder.limits();
        assert_eq!((limits.topics, limits.addresses), (7, 9));
        let bytes = [
            limits.payload_bytes,
            limits.inflated_bytes,
            limits.document_bytes,
            limits.sparkplug.unpacked_bytes,
        ];
        assert_eq!(bytes, [20_000_000; 4]);
        assert_eq!(limits.json_values, 4_194_304);
    }

    #[test]
    fn what_cannot_be_carried_out_is_said() {
        let refused = decoder_of(&connection("zone = \"Europe/Nowhere\"")).unwrap_err();
        assert!(refused.to_string().contains("\"a/+\""), "{refused}");
        assert!(decoder_of(&connection("zone = \"+01:00\"")).is_ok());
        let plain = Connection::new(ConnectionId::from("c"), "h");
        assert!(decoder_of(&plain).is_ok());
    }
}
