//! The screw compressor for instrument air: it loads and unloads between two pressures.

use super::{
    constants::Constants,
    noise::{Noise, Wander, lag},
    reading::{Rate, Row, Signal, Value, signal},
};

pub(super) const SIGNALS: &[Signal] = &[
    signal("pressure", Rate::Medium, "bar"),
    signal("oil_temperature", Rate::Calm, "°C"),
    signal("discharge_temperature", Rate::Calm, "°C"),
    signal("air_flow", Rate::Medium, "m³/min"),
    signal("power", Rate::Medium, "kW"),
    signal("motor_current", Rate::Medium, "A"),
    signal("load_ratio", Rate::Calm, "%"),
    signal("dew_point", Rate::Calm, "°C"),
    signal("filter_pressure_drop", Rate::Calm, "mbar"),
    signal("load_state", Rate::Held, ""),
    signal("running_hours", Rate::Held, "h"),
];

/// Atmospheric pressure, bar: what a cubic metre of free air weighs in the receiver.
const ATMOSPHERE: f64 = 1.013;

/// State of the compressor and its receiver.
#[derive(Clone, Debug)]
pub(super) struct Compressor {
    pressure: f64,
    loaded: bool,
    delivery: f64,
    /// Electrical power, kW.
    pub(super) power: f64,
    oil: f64,
    load_ratio: f64,
    draw: Wander,
    dew: Wander,
    running_s: f64,
}

impl Compressor {
    pub(super) fn new(c: &Constants, noise: &mut Noise) -> Self {
        Compressor {
            pressure: 7.1,
            loaded: true,
            delivery: c.compressor.delivery,
            power: c.compressor.loaded_power,
            oil: 74.0,
            load_ratio: 0.5,
            draw: Wander::new(0.09, 60.0, noise),
            dew: Wander::new(0.7, 900.0, noise),
            running_s: 18_240.0 * 3600.0,
        }
    }

    /// Advances by `dt` seconds in a hall of `air` °C.
    pub(super) fn step(&mut self, dt: f64, air: f64, c: &Constants, n: &mut Noise) {
        let k = &c.compressor;
        if self.pressure <= k.load_below {
            self.loaded = true;
        } else if self.pressure >= k.unload_above {
            self.loaded = false;
        }
        let draw = (k.r#use + self.draw.step(dt, n)).max(0.1);
        self.delivery = lag(
            self.delivery,
            if self.loaded { k.delivery } else { 0.0 },
            dt,
            1.0,
        );
        self.pressure += (self.delivery - draw) * ATMOSPHERE / k.receiver * dt / 60.0;
        let power = if self.loaded {
            k.loaded_power + 0.7 * (self.pressure - 7.1)
        } else {
            k.unloaded_power
        };
        self.power = lag(self.power, power, dt, 0.8);
        self.load_ratio = lag(self.load_ratio, f64::from(u8::from(self.loaded)), dt, 600.0);
        let share = 0.55 + 0.45 * self.power / k.loaded_power;
        self.oil = lag(self.oil, air + k.oil_rise * share, dt, k.oil_lag_s);
        self.dew.step(dt, n);
        self.running_s += dt;
    }

    /// What its instruments show.
    pub(super) fn read(&self, row: &mut Row<'_>, n: &mut Noise) {
        row.number(n.read(self.pressure, 0.006));
        row.number(n.read(self.oil, 0.15));
        row.number(n.read(self.oil + 4.5 * self.delivery / 1.72, 0.2));
        row.number(n.read(self.delivery, 0.01).max(0.0));
        row.number(n.read(self.power, 0.05));
        row.number(n.read(self.power / 0.5196, 0.12));
        row.number(100.0 * self.load_ratio);
        row.number(n.read(-40.0 + self.dew.value(), 0.1));
        row.number(n.read(12.0 + 9.0 * self.delivery / 1.72, 0.3));
        row.push(Value::Text(if self.loaded { "loaded" } else { "unloaded" }));
        row.number((self.running_s / 36.0).floor() / 100.0);
    }
}
