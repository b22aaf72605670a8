//! A plant file full of comments, in many ways of writing the same.

use twin_core::alarm::{AlarmKind, Priority};
use twin_model::{AlarmDef, Carrier, Edit, Plant, Subscription};

/// Every comment of a text, sorted: a change may move one, never lose one.
pub fn comments(text: &str) -> Vec<String> {
    let mut found: Vec<String> = text
        .match_indices("# note ")
        .map(|(at, _)| {
            text[at..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "# ".contains(*c))
                .collect()
        })
        .collect();
    found.sort();
    found
}

/// A plant file whose writing depends on `bits`.
pub fn plant_text(bits: u64) -> String {
    let mut writer = Writer {
        bits,
        notes: 0,
        text: String::new(),
    };
    writer.write();
    writer.text
}

struct Writer {
    bits: u64,
    notes: usize,
    text: String,
}

impl Writer {
    fn flip(&mut self) -> bool {
        self.bits = self
            .bits
            .rotate_right(1)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ 0x55;
        self.bits & 0x100 != 0
    }

    /// A comment, or nothing.
    fn note(&mut self) -> String {
        if !self.flip() {
            return String::new();
        }
        self.notes += 1;
        format!("# note {}", self.notes)
    }

    fn line(&mut self, line: &str) {
        let note = self.note();
        if !note.is_empty() && self.flip() {
            self.text += &format!("{note}\n{line}\n");
        } else if note.is_empty() {
            self.text += &format!("{line}\n");
        } else {
            self.text += &format!("{line}   {note}\n");
        }
    }

    /// A line that may be left out, because it says the default.
    fn may(&mut self, line: &str) {
        if self.flip() {
            self.line(line);
        }
    }

    fn header(&mut self, header: &str) {
        let (far, near, behind) = (self.note(), self.note(), self.note());
        if self.flip() {
            self.text.push('\n');
        }
        if !far.is_empty() {
            self.text += &format!("{far}\n\n");
        }
        if !near.is_empty() {
            self.text += &format!("{near}\n");
        }
        self.text += &format!("{header} {behind}\n");
    }

    fn list(&mut self, key: &str, entries: &[&str]) {
        if self.flip() {
            let entries = entries.join(", ");
            return self.line(&format!("{key} = [{entries}]"));
        }
        let note = self.note();
        self.text += &format!("{key} = [ {note}\n");
        for (at, entry) in entries.iter().enumerate() {
            if self.flip() {
                let above = self.note();
                self.text += &format!("    {above}\n");
            }
            let comma = if at + 1 < entries.len() || self.flip() {
                ","
            } else {
                ""
            };
            let behind = self.note();
            self.text += &format!("    {entry}{comma} {behind}\n");
        }
        self.text += "]\n";
    }

    fn write(&mut self) {
        self.header("[plant]");
        self.line("id = \"works\"");
        self.line("name = 'Works'");
        self.line("zone = \"UTC\"");
        if self.flip() {
            self.header("[discovery]");
            self.list("ignore", &["\"old/#\"", "'older/#'"]);
        }
        self.connections();
        self.header("[[type]]");
        self.line("id = \"centrifugal-pump\"");
        self.may("name = \"centrifugal-pump\"");
        self.line("running = { signal = \"speed\", above = 100 }");
        self.header("[[type.signal]]");
        self.line("id = \"speed\"");
        self.may("role = \"measurement\"");
        self.line("range = [0, 1_000.0]");
        self.may("decimals = 1");
        self.list(
            "alarms",
            &[
                "{ kind = \"high\", limit = 900.0, priority = 2 }",
                "{ kind = \"high-high\", limit = 950 }",
            ],
        );
        self.header("[[type.signal]]");
        self.line("id = \"room\"");
        self.line("unit = \"°C\"");
        self.places();
        self.header("[[asset]]");
        self.line("id = \"pump-2\"");
        let key = if self.flip() { "area" } else { "place" };
        self.line(&format!("{key} = \"pump-hall\""));
        self.line("type = \"centrifugal-pump\"");
        self.line("connection = \"station\"");
        self.line("source = \"plant/pump-2#{signal}\"");
        if self.flip() {
            self.header("[asset.sources]");
            self.line("room = \"rooms/2#temperature\"");
        } else {
            self.line("sources = { room = \"rooms/2#temperature\" }");
        }
        if self.flip() {
            self.header("[[mapping]]");
            self.line("id = \"rule\"");
            self.line("connection = \"station\"");
            self.line("filter = \"m/{asset}/#\"");
            self.may("asset = \"{asset}\"");
            self.line("type = \"centrifugal-pump\"");
        }
        let end = self.note();
        self.text += &format!("\n{end}\n");
    }

    fn connections(&mut self) {
        self.header("[[connection]]");
        self.line("id = \"station\"");
        self.may("port = 8_883");
        self.line("host = \"127.0.0.1\"");
        self.may("username = \"\"");
        self.line("allow_rebirth = true");
        if self.flip() {
            self.list(
                "subscriptions",
                &[
                    "{ filter = \"plant/#\", qos = 1 }",
                    "{ filter = 'rooms/#' }",
                ],
            );
        } else {
            self.header("[[connection.subscriptions]]");
            self.line("filter = \"plant/#\"");
            self.header("[[connection.subscriptions]]");
            self.line("filter = \"rooms/#\"");
            self.may("qos = 1");
        }
        if self.flip() {
            self.header("[connection.limits]");
            self.line("packet = \"0.5MB\"");
        }
        self.header("[[connection]]");
        self.line("id = \"laboratory\"");
        self.line("host = \"lab\"");
        self.line("carrier = \"websocket\"");
        self.may("path = \"/mqtt\"");
        self.line("username = 'lab'");
        if self.flip() {
            self.header("[[connection.payload]]");
            self.line("filter = \"csv/#\"");
            self.line("as = \"csv\"");
            self.list("columns", &["\"time\"", "\"-\""]);
        }
    }

    fn places(&mut self) {
        self.header("[[area]]");
        self.line("id = \"pump-hall\"");
        self.header("[[place]]");
        self.line("id = \"south\"");
        self.line("level = \"site\"");
    }
}

/// A change of something that is there, which takes nothing out of a list.
pub fn tweak(plant: &Plant, which: u8, name: &str, number: u16, flag: bool) -> Edit {
    let text = || name.to_owned();
    let topic = || name.replace(['#', '+', '\0'], "_");
    if which < 12 {
        return tweak_connection(plant, which, name, number, flag);
    }
    let mut asset_type = plant.types[0].clone();
    let mut asset = plant.assets[0].clone();
    match which {
        12 => asset_type.name = text(),
        13 => asset_type.running = None,
        14 => asset_type.signals[0].range = None,
        15 => asset_type.signals[0].range = Some([0.0, f64::from(number)]),
        16 => asset_type.signals[1].description = Some(text()),
        17 => asset_type.signals[1].unit = if flag { String::new() } else { "K".into() },
        18 => {
            let alarms = &mut asset_type.signals[usize::from(flag)].alarms;
            alarms.retain(|alarm| alarm.kind != AlarmKind::Low);
            let low = AlarmDef {
                kind: AlarmKind::Low,
                limit: f64::from(number) / -10.0,
                deadband: 0.0,
                on_delay: twin_core::Duration::ZERO,
                priority: Priority::LOWEST,
            };
            // Kept entries stay where they are: a list without the low alarm is what the first step sees.
            alarms.push(low);
        }
        19 => {
            asset.name = text();
            return Edit::PutAsset(asset);
        }
        20 => {
            asset.source = flag.then(|| format!("{}/{number}#{{signal}}", topic()));
            return Edit::PutAsset(asset);
        }
        21 => {
            let address = format!("t{number}/{}#{name}", topic());
            return Edit::PutSource {
                asset: asset.id,
                signal: "speed".into(),
                address,
            };
        }
        22 => {
            let mut place = plant.places[0].clone();
            place.name = text();
            place.parent = flag.then(|| "south".to_owned());
            return Edit::PutPlace(place);
        }
        _ => return Edit::PutIgnore(format!("{number}/{}", topic())),
    }
    Edit::PutType(asset_type)
}

fn tweak_connection(plant: &Plant, which: u8, name: &str, number: u16, flag: bool) -> Edit {
    let text = || name.to_owned();
    let topic = || name.replace(['#', '+', '\0'], "_");
    let mut connection = plant.connections[usize::from(flag)].clone();
    match which {
        0 => connection.name = text(),
        1 => connection.port = number,
        2 => connection.username = flag.then(|| "user".to_owned()),
        3 => connection.username = None,
        4 => connection.allow_rebirth = !connection.allow_rebirth,
        5 => connection.subscriptions.push(Subscription {
            filter: format!("new/{number}/{}", topic()),
            ..Subscription::default()
        }),
        6 => connection.subscriptions.insert(
            0,
            Subscription {
                filter: format!("first/{number}/{}", topic()),
                ..Subscription::default()
            },
        ),
        7 => connection
            .subscriptions
            .iter_mut()
            .for_each(|s| s.qos = u8::try_from(number % 3).unwrap_or(0)),
        8 => {
            connection.transport.carrier = if flag {
                Carrier::Tcp
            } else {
                Carrier::WebSocket { path: "/w".into() }
            }
        }
        9 => connection.limits.packet = Some(u64::from(number) * 1_000),
        10 => connection.limits = twin_model::Limits::default(),
        _ => connection
            .payload
            .iter_mut()
            .for_each(|rule| rule.columns.push(format!("c{number}-{name}"))),
    }
    Edit::PutConnection(Box::new(connection))
}
