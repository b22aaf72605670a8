//! The rooms and their Zigbee sensors, and the edge gateways.

use super::{
    constants::Constants,
    noise::{Noise, Wander, lag},
    reading::{Rate, Row, Signal, Value, signal},
};

pub(super) const HALL_SIGNALS: &[Signal] = &[
    signal("temperature", Rate::Held, "°C"),
    signal("humidity", Rate::Held, "%"),
    signal("pressure", Rate::Held, "hPa"),
    signal("battery", Rate::Held, "%"),
    signal("voltage", Rate::Held, "mV"),
    signal("linkquality", Rate::Held, ""),
];

pub(super) const CONTROL_ROOM_SIGNALS: &[Signal] = &[
    signal("temperature", Rate::Held, "°C"),
    signal("humidity", Rate::Held, "%"),
    signal("co2", Rate::Held, "ppm"),
    signal("voc", Rate::Held, "µg/m³"),
    signal("pm25", Rate::Held, "µg/m³"),
    signal("linkquality", Rate::Held, ""),
];

pub(super) const EDGE_SIGNALS: &[Signal] = &[
    signal("cpu_load", Rate::Calm, "%"),
    signal("temperature", Rate::Calm, "°C"),
    signal("memory_used", Rate::Calm, "%"),
    signal("disk_used", Rate::Calm, "%"),
    signal("clock_offset", Rate::Calm, "ms"),
    signal("latency", Rate::Calm, "ms"),
    signal("uptime", Rate::Held, "h"),
    signal("link", Rate::Held, ""),
];

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}

/// State of the rooms.
#[derive(Clone, Debug)]
pub(super) struct Rooms {
    /// Air of the pump hall, °C.
    pub(super) hall: f64,
    control: f64,
    co2: f64,
    humidity: Wander,
    barometer: Wander,
    people: Wander,
    dust: Wander,
    radio: Wander,
}

impl Rooms {
    pub(super) fn new(c: &Constants, n: &mut Noise) -> Self {
        Rooms {
            hall: c.site.air_temperature,
            control: 21.6,
            co2: 600.0,
            humidity: Wander::new(1.6, 5400.0, n),
            barometer: Wander::new(1.5, 20_000.0, n),
            people: Wander::new(0.12, 1800.0, n),
            dust: Wander::new(0.2, 3000.0, n),
            radio: Wander::new(7.0, 600.0, n),
        }
    }

    /// Advances by `dt` seconds at `hour` of the day with `load` kW of electrical power in the hall.
    pub(super) fn step(&mut self, dt: f64, hour: f64, load: f64, c: &Constants, n: &mut Noise) {
        let day = ((hour - 9.0) / 24.0 * std::f64::consts::TAU).sin();
        let hall = c.site.air_temperature - 1.4 + c.site.hall_warming_per_kw * load + 0.5 * day;
        self.hall = lag(self.hall, hall, dt, 3600.0);
        // Two people by day, one by night, and a door that opens.
        let present = if (6.0..18.0).contains(&hour) {
            1.0
        } else {
            0.5
        } + self.people.step(dt, n);
        self.co2 = lag(self.co2, 430.0 + 260.0 * present.max(0.0), dt, 1500.0);
        self.control = lag(self.control, 21.2 + 0.5 * present, dt, 3600.0);
        self.humidity.step(dt, n);
        self.barometer.step(dt, n);
        self.dust.step(dt, n);
        self.radio.step(dt, n);
    }

    /// The sensor in the pump hall. Zigbee devices report in the steps of their registers.
    pub(super) fn read_hall(&self, row: &mut Row<'_>, n: &mut Noise) {
        row.number(rounded(n.read(self.hall, 0.03), 2));
        row.number(rounded(
            n.read(46.0 - 1.2 * (self.hall - 19.5) + self.humidity.value(), 0.2),
            2,
        ));
        row.number(rounded(n.read(1013.2 + self.barometer.value(), 0.1), 1));
        row.number(91.0);
        row.number(2985.0);
        row.number(
            (142.0 + self.radio.value() + 2.0 * n.gauss())
                .round()
                .clamp(70.0, 255.0),
        );
    }

    /// The sensor in the control room.
    pub(super) fn read_control_room(&self, row: &mut Row<'_>, n: &mut Noise) {
        row.number(rounded(n.read(self.control, 0.04), 1));
        row.number(rounded(n.read(42.0 + self.humidity.value(), 0.2), 1));
        row.number(n.read(self.co2, 3.0).round());
        row.number((0.16 * self.co2 * n.read(1.0, 0.02)).round());
        row.number(
            (6.0 * self.dust.value().exp() + 0.3 * n.gauss())
                .round()
                .max(0.0),
        );
        row.number(
            (176.0 + self.radio.value() + 2.0 * n.gauss())
                .round()
                .clamp(70.0, 255.0),
        );
    }
}

/// State of an edge gateway.
#[derive(Clone, Debug)]
pub(super) struct Gateway {
    load: Wander,
    base_load: f64,
    board: f64,
    memory: Wander,
    clock: Wander,
    disk: f64,
    up_s: f64,
}

impl Gateway {
    pub(super) fn new(base_load: f64, up_h: f64, n: &mut Noise) -> Self {
        Gateway {
            load: Wander::new(3.0, 20.0, n),
            base_load,
            board: 40.0 + 0.5 * base_load,
            memory: Wander::new(1.0, 1200.0, n),
            clock: Wander::new(0.5, 600.0, n),
            disk: 31.0,
            up_s: up_h * 3600.0,
        }
    }

    /// Advances by `dt` seconds; one that is `dead` starts its uptime anew when it is back.
    pub(super) fn step(&mut self, dt: f64, air: f64, dead: bool, n: &mut Noise) {
        let load = self.base_load + self.load.step(dt, n);
        self.board = lag(self.board, air + 20.0 + 0.5 * load, dt, 300.0);
        self.memory.step(dt, n);
        self.clock.step(dt, n);
        self.disk += dt / 86_400.0 * 0.05;
        self.up_s = if dead { 0.0 } else { self.up_s + dt };
    }

    /// What it says of itself.
    pub(super) fn read(&self, row: &mut Row<'_>, n: &mut Noise) {
        row.number(
            n.read(self.base_load + self.load.value(), 0.8)
                .clamp(1.0, 100.0),
        );
        row.number(n.read(self.board, 0.15));
        row.number(38.0 + self.memory.value());
        row.number(self.disk);
        row.number(n.read(self.clock.value(), 0.05));
        // Round trips have a long tail.
        row.number(11.0 + 3.0 * (0.6 * n.gauss().clamp(-4.0, 4.0)).exp());
        row.number((self.up_s / 360.0).floor() / 10.0);
        row.push(Value::Text("online"));
    }
}
