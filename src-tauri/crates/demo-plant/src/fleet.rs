//! The devices that speak JSON: zigbee2mqtt, a LoRaWAN network server (ChirpStack v4) and a controller with plain nested
//! JSON. Pure: documents from readings.

use serde_json::{Map, Value as Json, json};

use crate::{
    message::Message,
    sim::{Readings, Value},
    sparkplug::GROUP,
};

/// Topic of the LoRaWAN level sensor's uplinks.
pub const UPLINK_TOPIC: &str =
    "application/6f1c8a52-3d0b-4c8e-9c1e-2b7d5a40e913/device/24e124136c300a17/event/up";

/// The Zigbee sensors: friendly name, asset, IEEE address, model, what it is.
const ZIGBEE: &[(&str, &str, &str, &str, &str)] = &[
    (
        "pump_hall_air",
        "pump-hall-air",
        "0x00158d0007a3b5c1",
        "WSDCGQ11LM",
        "Temperature, humidity and pressure sensor",
    ),
    (
        "control_room",
        "control-room",
        "0xa4c138f2d10b7e44",
        "TS0601_air_quality_sensor",
        "Air quality sensor",
    ),
];

/// Topic that says whether zigbee2mqtt itself lives.
pub const BRIDGE_STATE: &str = "zigbee2mqtt/bridge/state";

fn number(readings: &Readings, asset: &str, signal: &str, digits: i32) -> Json {
    let scale = 10f64.powi(digits);
    match readings.get(asset, signal) {
        Some(Value::Number(number)) => json!((number * scale).round() / scale),
        Some(Value::Count(count)) => json!(count),
        Some(Value::Flag(flag)) => json!(flag),
        Some(Value::Text(text)) => json!(text),
        None => Json::Null,
    }
}

/// What zigbee2mqtt publishes when it starts: its state, its devices, who is reachable. All retained.
pub fn zigbee_start() -> Vec<Message> {
    let mut devices = vec![json!({
        "ieee_address": "0x00124b0024c2f1d3", "type": "Coordinator", "network_address": 0,
        "friendly_name": "Coordinator", "supported": true, "disabled": false, "interview_completed": true,
    })];
    devices.extend(ZIGBEE.iter().enumerate().map(|(index, (name, _, address, model, description))| {
        json!({
            "ieee_address": address, "type": "EndDevice", "network_address": 4711 + index, "friendly_name": name,
            "supported": true, "disabled": false, "interview_completed": true, "model_id": model,
            "definition": {"model": model, "vendor": if index == 0 { "Aqara" } else { "Tuya" }, "description": description},
        })
    }));
    let mut out = vec![
        Message::json(BRIDGE_STATE, &json!({"state": "online"}), true),
        Message::json("zigbee2mqtt/bridge/devices", &Json::Array(devices), true),
    ];
    for (name, ..) in ZIGBEE {
        out.push(Message::json(
            format!("zigbee2mqtt/{name}/availability"),
            &json!({"state": "online"}),
            true,
        ));
    }
    out
}

/// The will of zigbee2mqtt.
pub fn zigbee_will() -> Message {
    Message::json(BRIDGE_STATE, &json!({"state": "offline"}), true)
}

/// The state of one Zigbee sensor, 0 or 1, as zigbee2mqtt publishes it: flat, without a time.
pub fn zigbee_state(index: usize, readings: &Readings) -> Option<Message> {
    let (name, asset, ..) = ZIGBEE.get(index)?;
    let state: Map<String, Json> = readings
        .of(asset)
        .map(|(signal, _)| (signal.id.to_owned(), number(readings, asset, signal.id, 2)))
        .collect();
    Some(Message::json(
        format!("zigbee2mqtt/{name}"),
        &Json::Object(state),
        false,
    ))
}

/// The uplink of the river level sensor as ChirpStack v4 publishes it with `retain_events = true`: a late subscriber need
/// not wait a minute.
pub fn uplink(readings: &Readings, now: i64) -> Message {
    let of = |signal, digits| number(readings, "river-level", signal, digits);
    let battery = readings.number("river-level", "battery").unwrap_or(0.0) as u8;
    let distance_mm = (1000.0 * readings.number("river-level", "distance").unwrap_or(0.0)) as u16;
    let temperature = (10.0 * readings.number("river-level", "temperature").unwrap_or(0.0)) as i16;
    // The sensor's own frame: channel, type, value, little-endian.
    let [d0, d1] = distance_mm.to_le_bytes();
    let [t0, t1] = temperature.to_le_bytes();
    let frame = [0x01, 0x75, battery, 0x03, 0x82, d0, d1, 0x04, 0x67, t0, t1];
    let count = of("frame_count", 0);
    let document = json!({
        "deduplicationId": format!("5c1f0a9e-7d3b-4e62-a1c4-{:012x}", (now / 1_000_000) & 0xffff_ffff_ffff),
        "time": rfc3339(now),
        "deviceInfo": {
            "tenantId": "52f14cd4-c6f1-4fbd-8f87-4025e1d49242",
            "tenantName": "Riverside Water",
            "applicationId": "6f1c8a52-3d0b-4c8e-9c1e-2b7d5a40e913",
            "applicationName": "Levels",
            "deviceProfileId": "14855bf7-d10d-4aee-b618-ebfcb64dc7ad",
            "deviceProfileName": "Ultrasonic level sensor",
            "deviceName": "River level",
            "devEui": "24e124136c300a17",
            "tags": {"site": "intake"},
        },
        "devAddr": "00a1f3c7",
        "adr": true,
        "dr": 5,
        "fCnt": count,
        "fPort": 85,
        "confirmed": false,
        "data": base64(&frame),
        "object": {
            "level": of("level", 3), "battery": of("battery", 0), "temperature": of("temperature", 1),
            "distance": of("distance", 3),
        },
        "rxInfo": [{
            "gatewayId": "0016c001f153a14c",
            "uplinkId": (now / 60_000_000) & 0xffff_ffff,
            "rssi": of("rssi", 0),
            "snr": of("snr", 1),
            "context": "E3OWOQ==",
            "metadata": {"region_name": "eu868", "region_common_name": "EU868"},
        }],
        "txInfo": {
            "frequency": 868_100_000,
            "modulation": {"lora": {"bandwidth": 125_000, "spreadingFactor": 7, "codeRate": "CR_4_5"}},
        },
    });
    Message::json(UPLINK_TOPIC, &document, true)
}

/// Raw water analyser and intake screen, from a controller that publishes nested JSON.
pub fn controller(readings: &Readings, now: i64) -> [Message; 2] {
    let water = |signal, digits| number(readings, "raw-water", signal, digits);
    let screen = |signal, digits| number(readings, "intake-screen", signal, digits);
    let raw_water = json!({
        "timestamp": rfc3339(now),
        "analyser": {"state": water("state", 0), "sample_flow": water("sample_flow", 1)},
        "water": {
            "turbidity": water("turbidity", 3), "ph": water("ph", 3), "temperature": water("temperature", 2),
            "conductivity": water("conductivity", 1), "dissolved_oxygen": water("dissolved_oxygen", 3),
            "ammonium": water("ammonium", 4),
        },
    });
    let intake = json!({
        "timestamp": rfc3339(now),
        "flow": screen("flow", 1),
        "levels": {
            "difference": screen("level_difference", 3), "upstream": screen("upstream_level", 3),
            "downstream": screen("downstream_level", 3),
        },
        "rake": {
            "current": screen("rake_current", 2), "running": screen("rake_running", 0),
            "cycles": screen("rake_cycles", 0),
        },
    });
    [
        Message::json("riverside/raw-water", &raw_water, false),
        Message::json("riverside/intake-screen", &intake, false),
    ]
}

/// The controller's configuration, retained.
pub fn configuration() -> Message {
    let document = json!({
        "site": {"name": "Riverside Pumping Station", "group": GROUP, "controller": "intake"},
        "firmware": "4.2.1",
        "report_interval_s": 1,
        "analyser": {"turbidity_range_ntu": 50, "ph_calibrated": "2026-09-14"},
        "screen": {"rake_at_m": 0.17},
    });
    Message::json("riverside/configuration", &document, true)
}

/// `2026-03-02T00:00:00.000Z` from microseconds since 1970, UTC.
pub fn rfc3339(micros: i64) -> String {
    let millis = micros.div_euclid(1000);
    let (seconds, millisecond) = (millis.div_euclid(1000), millis.rem_euclid(1000));
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days to civil date after Howard Hinnant's "chrono-compatible low-level date algorithms".
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let date = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}.{millisecond:03}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for part in bytes.chunks(3) {
        let word = part
            .iter()
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - part.len()));
        for place in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * place) & 63) as usize] as char;
            out.push(if place <= part.len() { letter } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(951_782_399_999_000), "2000-02-28T23:59:59.999Z");
        assert_eq!(rfc3339(951_782_400_000_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(rfc3339(crate::simulate::EPOCH), "2026-03-02T00:00:00.000Z");
        assert_eq!(rfc3339(1_798_761_599_500_000), "2026-12-31T23:59:59.500Z");
    }

    #[test]
    fn base64_as_in_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
