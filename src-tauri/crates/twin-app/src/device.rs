//! What is told of the devices behind assets: from what sources say of themselves and from values that tell of a device and
//! not of the process; kept over restarts, for most devices say it once.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use twin_core::Timestamp;
use twin_payload::{Description, Presence};

use crate::{
    api::device::{DeviceFact, DeviceFactKind},
    error::{Doing, Error, Result},
    workspace::write_atomic,
};

/// The file of facts in the workspace: a JSON object of lists, by asset.
pub const FILE: &str = "device-facts.json";
/// Most facts that are kept, of all assets.
const FACTS_MAX: usize = 100_000;
/// Most facts of one asset, kept and shown.
pub const FACTS_OF_ASSET: usize = 40;
/// Most bytes read of the file.
const BYTES_MAX: u64 = 128 * 1024 * 1024;

/// What the value under an address tells of its device; none when it is one of the process.
pub fn kind_of(address: &str) -> Option<DeviceFactKind> {
    let (topic, path) = address.rsplit_once('#').unwrap_or((address, ""));
    let last = |text: &str| {
        text.rsplit(['.', '/'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let name = match last(path).as_str() {
        "" | "value" => last(topic),
        own => own.to_owned(),
    };
    Some(match name.replace(['-', ' '], "_").as_str() {
        "battery" | "battery_level" | "batterylevel" | "battery_percentage" => {
            DeviceFactKind::Battery
        }
        "rssi" | "signal_strength" | "wifi_rssi" | "wifi_signal" => DeviceFactKind::Strength,
        "signal" if path.contains("Wifi.") || topic.contains("/$stats/") => {
            DeviceFactKind::Strength
        }
        "linkquality" | "link_quality" | "lqi" => DeviceFactKind::LinkQuality,
        "firmware" | "firmware_version" | "fw" | "fw_version" | "sw_version" => {
            DeviceFactKind::Firmware
        }
        "hardware_version" | "hw_version" => DeviceFactKind::Hardware,
        "serial" | "serial_number" | "serialnumber" => DeviceFactKind::Serial,
        "ip" | "ip_address" | "ipaddress" | "mac" => DeviceFactKind::Address,
        "power_source" => DeviceFactKind::Power,
        "uptime" | "uptimesec" | "uptime_s" => DeviceFactKind::Uptime,
        _ => return None,
    })
}

/// The facts of a description.
pub fn facts_of(description: &Description) -> Vec<DeviceFact> {
    let plate = &description.plate;
    let said = [
        (DeviceFactKind::Name, &description.name),
        (DeviceFactKind::Maker, &description.maker),
        (DeviceFactKind::Model, &description.model),
        (DeviceFactKind::Firmware, &description.version),
        (DeviceFactKind::Hardware, &plate.hardware),
        (DeviceFactKind::Serial, &plate.serial),
        (DeviceFactKind::Address, &plate.network),
        (DeviceFactKind::Parent, &description.parent),
        (DeviceFactKind::Power, &plate.power),
    ];
    let fact = |(kind, value): (DeviceFactKind, &Option<Arc<str>>)| {
        Some(DeviceFact {
            kind,
            value: value.as_ref()?.to_string(),
            unit: String::new(),
            signal: None,
            device: description.source.to_string(),
            convention: description.convention.label().to_owned(),
            topic: description.topic.to_string(),
            at: description.at.micros() as f64,
            kept: false,
        })
    };
    said.into_iter().filter_map(fact).collect()
}

/// That a device is there, or is not.
pub fn presence_fact(device: &str, presence: Presence, at: Timestamp) -> DeviceFact {
    let value = match presence {
        Presence::Online => "online",
        Presence::Offline => "offline",
        Presence::Sleeping => "sleeping",
    };
    DeviceFact {
        kind: DeviceFactKind::Presence,
        value: value.to_owned(),
        unit: String::new(),
        signal: None,
        device: device.to_owned(),
        convention: String::new(),
        topic: String::new(),
        at: at.micros() as f64,
        kept: false,
    }
}

/// Facts that are kept, by asset.
#[derive(Debug, Default)]
pub struct KeptFacts {
    path: PathBuf,
    facts: BTreeMap<String, Vec<DeviceFact>>,
    /// What there was no room for the last time.
    left_out: u64,
}

impl KeptFacts {
    /// Those of a workspace. A file that cannot be read as facts is passed over, and written anew: it is evidence that
    /// devices give again.
    ///
    /// # Errors
    /// [`Error::File`] when it is there and cannot be read.
    pub fn open(dir: &Path) -> Result<KeptFacts> {
        let path = dir.join(FILE);
        let wrong = |source| Error::File {
            action: Doing::Read,
            path: path.clone(),
            source,
        };
        let mut text = Vec::new();
        match File::open(&path) {
            Ok(file) => drop(file.take(BYTES_MAX).read_to_end(&mut text).map_err(wrong)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(wrong(source)),
        }
        let facts = match text.is_empty() {
            true => BTreeMap::new(),
            false => serde_json::from_slice(&text).unwrap_or_else(|error| {
                tracing::warn!(
                    "{} holds no device facts and is begun anew: {error}",
                    path.display()
                );
                BTreeMap::new()
            }),
        };
        Ok(KeptFacts {
            path,
            facts,
            left_out: 0,
        })
    }

    /// What is kept of an asset.
    pub fn of(&self, asset: &str) -> &[DeviceFact] {
        self.facts.get(asset).map_or(&[], Vec::as_slice)
    }

    /// Facts that there was no room for the last time.
    #[cfg(test)]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Takes what is told now beside what was told before, and writes the file if that is something else. Assets that are no
    /// more are left out.
    ///
    /// # Errors
    /// [`Error::File`]; it is tried again with the next facts.
    pub fn take(
        &mut self,
        told: BTreeMap<String, Vec<DeviceFact>>,
        is_asset: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let mut facts = self.facts.clone();
        facts.retain(|asset, _| is_asset(asset));
        for (asset, told) in told {
            let held = facts.entry(asset).or_default();
            held.retain(|old| !told.iter().any(|new| replaces(new, old)));
            held.extend(told);
            held.sort_by(|a, b| (a.kind, &a.device).cmp(&(b.kind, &b.device)));
        }
        let mut room = FACTS_MAX;
        let mut left_out = 0;
        for held in facts.values_mut() {
            let fits = held.len().min(FACTS_OF_ASSET).min(room);
            left_out += (held.len() - fits) as u64;
            held.truncate(fits);
            room -= fits;
        }
        if left_out > self.left_out {
            tracing::warn!(
                "{left_out} facts about devices are not kept: there is room for {FACTS_MAX}"
            );
        }
        self.left_out = left_out;
        if facts == self.facts {
            return Ok(());
        }
        let text = serde_json::to_vec(&facts).unwrap_or_default();
        write_atomic(&self.path, &text, false)?;
        self.facts = facts;
        Ok(())
    }
}

/// Whether a fact is what the same device tells in place of another.
pub fn replaces(new: &DeviceFact, old: &DeviceFact) -> bool {
    new.kind == old.kind && new.device == old.device
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn fact(kind: DeviceFactKind, device: &str, value: &str, at: i64) -> DeviceFact {
        DeviceFact {
            kind,
            value: value.to_owned(),
            ..presence_fact(device, Presence::Online, Timestamp(at))
        }
    }

    #[test]
    fn addresses_tell_what_their_values_are_about() {
        for (address, kind) in [
            (
                "zigbee2mqtt/hall/air#battery",
                Some(DeviceFactKind::Battery),
            ),
            (
                "zigbee2mqtt/hall/air#linkquality",
                Some(DeviceFactKind::LinkQuality),
            ),
            (
                "tele/plug/STATE#Wifi.Signal",
                Some(DeviceFactKind::Strength),
            ),
            (
                "homie/car/$stats/signal#value",
                Some(DeviceFactKind::Strength),
            ),
            (
                "application/a/device/01/event/up#rssi",
                Some(DeviceFactKind::Strength),
            ),
            ("plant/p-1#signal", None),
            ("plant/p-1#battery_room.temperature", None),
            ("plant/p-1/firmware#value", Some(DeviceFactKind::Firmware)),
        ] {
            assert_eq!(kind_of(address), kind, "{address}");
        }
    }

    #[test]
    fn facts_come_back_after_a_restart_and_the_newest_counts() {
        let dir = tempfile::tempdir().unwrap();
        let mut kept = KeptFacts::open(dir.path()).unwrap();
        let firmware = |value: &str, at| fact(DeviceFactKind::Firmware, "d", value, at);
        let told = |facts: Vec<DeviceFact>| BTreeMap::from([("p-1".to_owned(), facts)]);
        let model = fact(DeviceFactKind::Model, "d", "M", 1);
        kept.take(told(vec![firmware("1.0", 1), model.clone()]), |_| true)
            .unwrap();
        let mut again = KeptFacts::open(dir.path()).unwrap();
        assert_eq!(again.of("p-1").len(), 2);
        again
            .take(told(vec![firmware("1.1", 2)]), |_| true)
            .unwrap();
        let again = KeptFacts::open(dir.path()).unwrap();
        assert_eq!(again.of("p-1"), [model, firmware("1.1", 2)]);
        assert!(again.of("p-2").is_empty());
    }

    #[test]
    fn facts_are_bounded_and_end_with_their_asset() {
        let dir = tempfile::tempdir().unwrap();
        let mut kept = KeptFacts::open(dir.path()).unwrap();
        let many = (0..FACTS_OF_ASSET + 3)
            .map(|n| fact(DeviceFactKind::Name, &format!("d{n:03}"), "x", 1));
        kept.take(BTreeMap::from([("p-1".to_owned(), many.collect())]), |_| {
            true
        })
        .unwrap();
        assert_eq!((kept.of("p-1").len(), kept.left_out()), (FACTS_OF_ASSET, 3));
        kept.take(BTreeMap::new(), |asset| asset != "p-1").unwrap();
        assert!(KeptFacts::open(dir.path()).unwrap().of("p-1").is_empty());
    }

    #[test]
    fn a_damaged_file_costs_only_what_it_held() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(FILE), "{\"p-1\": [{\"kind\":").unwrap();
        assert!(KeptFacts::open(dir.path()).unwrap().of("p-1").is_empty());
    }
}
